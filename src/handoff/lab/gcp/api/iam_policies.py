"""getIamPolicy, setIamPolicy and testIamPermissions of everything that carries a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.gcp import policies
from handoff.lab.gcp.api.buckets import bucket_of
from handoff.lab.gcp.calls import Call, Place, handles
from handoff.lab.gcp.refusal import Refusal
from handoff.lab.gcp.resources import canonical

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record


def _path(call: Call) -> str:
    return call.name


def _project_of_v1(call: Call) -> str:
    return canonical(call.state, f"projects/{call.params['resource']}")


def _bucket(call: Call) -> str:
    return f"b/{bucket_of(call)['name']}"


# API, prefix of the method ids, table, permission prefix, where.
_CARRIERS: tuple[tuple[str, str, str, str, Place], ...] = (
    ("cloudresourcemanager.v3", "projects", "projects", "resourcemanager.projects", _path),
    ("cloudresourcemanager.v3", "folders", "folders", "resourcemanager.folders", _path),
    ("cloudresourcemanager.v3", "organizations", "organizations", "resourcemanager.organizations", _path),
    ("cloudresourcemanager.v1", "projects", "projects", "resourcemanager.projects", _project_of_v1),
    ("cloudbilling.v1", "billingAccounts", "billingAccounts", "billing.accounts", _path),
    ("iam.v1", "projects.serviceAccounts", "serviceAccounts", "iam.serviceAccounts", _path),
    ("secretmanager.v1", "projects.secrets", "secrets", "secretmanager.secrets", _path),
    ("secretmanager.v1", "projects.locations.secrets", "secrets", "secretmanager.secrets", _path),
    ("cloudkms.v1", "projects.locations.keyRings", "keyRings", "cloudkms.keyRings", _path),
    ("cloudkms.v1", "projects.locations.keyRings.cryptoKeys", "cryptoKeys", "cloudkms.cryptoKeys", _path),
    ("storage.v1", "buckets", "buckets", "storage.buckets", _bucket),
)


def _register(api: str, prefix: str, table: str, permission: str, at: Place) -> None:
    def get(call: Call) -> Record:
        call.find(table, at(call))
        options = call.body.get("options") or {}
        asked = options.get("requestedPolicyVersion") or call.ask("options.requestedPolicyVersion") or call.ask("optionsRequestedPolicyVersion") or "1"
        return _dressed(call, policies.read(call.state, at(call), version=int(asked)))

    def put(call: Call) -> Record:
        call.find(table, at(call))
        wanted = call.body if api == "storage.v1" else call.body.get("policy") or {}
        return _dressed(call, policies.write(call.state, at(call), wanted, call.now, mask=call.body.get("updateMask")))

    def test(call: Call) -> Record:
        if at(call) not in call.state.table(table):
            raise Refusal("NOT_FOUND", f"Resource '{at(call)}' was not found.")
        asked = call.query.get("permissions", []) or call.body.get("permissions", [])
        held = [permission for permission in asked if policies.allowed(call.state, call.caller, permission, at(call), call.now)]
        return {"permissions": held} if held else {}

    handles(api, f"{prefix}.getIamPolicy", may=f"{permission}.getIamPolicy", at=at)(get)
    handles(api, f"{prefix}.setIamPolicy", may=f"{permission}.setIamPolicy", at=at)(put)
    handles(api, f"{prefix}.testIamPermissions", may=None, at=at)(test)


def _dressed(call: Call, policy: Record) -> Record:
    if call.method.api != "storage.v1":
        return policy
    return {key: value for key, value in policy.items() if key != "auditConfigs"} | {
        "kind": "storage#policy",
        "resourceId": f"projects/_/buckets/{call.params['bucket']}",
    }


for _carrier in _CARRIERS:
    _register(*_carrier)
