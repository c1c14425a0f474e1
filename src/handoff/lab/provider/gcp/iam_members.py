"""IAMMember on projects, buckets, keys, secrets and service accounts, and the project's audit configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.gcp._base import project_of
from handoff.lab.provider.gcp._policy import Carrier, change_policy, member_record, read_policy
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def project_path(_ctx: Context, name: str, _inputs: Properties) -> str:
    """A project's path; its name may come with or without the collection."""
    return f"/v3/projects/{name.removeprefix('projects/')}"


def _plain(_ctx: Context, name: str, _inputs: Properties) -> str:
    return f"/v1/{name}"


def _bucket(_ctx: Context, name: str, _inputs: Properties) -> str:
    return f"/storage/v1/b/{name.removeprefix('b/')}"


def _secret(ctx: Context, name: str, inputs: Properties) -> str:
    return f"/v1/{name}" if "/" in name else f"/v1/projects/{project_of(ctx, inputs)}/secrets/{name}"


def _audit_key(resource_id: str) -> tuple[str, str]:
    project, _, service = resource_id.replace(" ", "/audit_config/", 1).partition("/audit_config/")
    return project.removeprefix("projects/"), service


def _set_audit(ctx: Context, project: str, service: str, configs: list[Properties] | None) -> None:
    def edit(policy: Properties) -> bool:
        others = [entry for entry in policy.get("auditConfigs", []) if entry["service"] != service]
        policy["auditConfigs"] = others + ([{"service": service, "auditLogConfigs": configs}] if configs else [])
        return True

    change_policy(ctx, project_path(ctx, project, {}), "post", edit, masked="bindings,etag,auditConfigs")


def _create_audit(ctx: Context, inputs: Properties) -> Created:
    project = str(inputs["project"]).removeprefix("projects/")
    _set_audit(ctx, project, inputs["service"], inputs["auditLogConfigs"])
    return Created(id=f"{project}/audit_config/{inputs['service']}")


def _read_audit(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    project, service = _audit_key(resource_id)
    policy = read_policy(ctx, project_path(ctx, project, {}), "post")
    for entry in policy.get("auditConfigs", []):
        if entry["service"] == service:
            return {"project": state.get("project") or project, "service": service, "auditLogConfigs": entry["auditLogConfigs"], "etag": policy["etag"]}
    return None


def _update_audit(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    _set_audit(ctx, *_audit_key(resource_id), new["auditLogConfigs"])


def _delete_audit(ctx: Context, resource_id: str, _state: Properties) -> None:
    _set_audit(ctx, *_audit_key(resource_id), None)


_AUDIT = frozenset({"project", "service", "auditLogConfigs"})

RECORDS: tuple[Record, ...] = (
    member_record(Carrier(token="gcp:projects/iAMMember:IAMMember", parameter="project", path=project_path, style="post")),
    member_record(Carrier(token="gcp:storage/bucketIAMMember:BucketIAMMember", parameter="bucket", path=_bucket, style="bucket", prefix="b/")),
    member_record(Carrier(token="gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", parameter="cryptoKeyId", path=_plain, style="get")),
    member_record(Carrier(token="gcp:serviceaccount/iAMMember:IAMMember", parameter="serviceAccountId", path=_plain, style="bare")),
    member_record(Carrier(token="gcp:secretmanager/secretIamMember:SecretIamMember", parameter="secretId", path=_secret, style="get")),
    Record(
        token="gcp:projects/iAMAuditConfig:IAMAuditConfig",
        create=_create_audit,
        read=_read_audit,
        update=_update_audit,
        delete=_delete_audit,
        handled=_AUDIT,
        required=_AUDIT,
        computed=frozenset({"etag"}),
        unordered=frozenset({"auditLogConfigs"}),
        replace_on=frozenset({"project", "service"}),
    ),
)
