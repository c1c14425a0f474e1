"""Workload identity pools and providers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.lab.gcp import cel
from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import numbered
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "iam.v1"
_POOLS = "projects.locations.workloadIdentityPools"
_FIXED = frozenset({"name", "state", "expireTime"})
_PURGE_S = 30 * 86400


def _operation(call: Call, record: Record, kind: str) -> Record:
    body = _show(call)(record)
    key = f"operations/lab{call.state.number()}"
    done: Record = {"name": f"{body['name']}/{key}", "done": True, "response": {"@type": f"type.googleapis.com/google.iam.v1.{kind}", **body}}
    call.state.table("operations")[f"{record['name']}/{key}"] = done
    return done


def _show(call: Call) -> Callable[[Record], Record]:
    return lambda record: shown(record) | {"name": numbered(call.state, record["name"])}


def _create(call: Call, table: str, folder: str, key: str) -> Record:
    if not re.fullmatch(r"[a-z][a-z0-9-]{2,30}[a-z0-9]", key) or key.startswith("gcp-"):
        raise invalid(f"The id {key!r} must be 4 to 32 lower-case letters, digits and hyphens, and must not begin with gcp-.")
    name = f"{call.name}/{folder}/{key}"
    if name in call.state.table(table):
        raise exists("Requested entity")
    record = {**{field: value for field, value in call.body.items() if field not in _FIXED}, "name": name, "state": "ACTIVE"}
    call.state.table(table)[name] = record
    return record


@handles(API, f"{_POOLS}.create", may="iam.workloadIdentityPools.create")
def create_pool(call: Call) -> Record:
    """Create a pool."""
    call.find("projects", "/".join(call.name.split("/")[:2]))
    return _operation(call, _create(call, "pools", "workloadIdentityPools", call.need("workloadIdentityPoolId")), "WorkloadIdentityPool")


@handles(API, f"{_POOLS}.providers.create", may="iam.workloadIdentityPoolProviders.create")
def create_provider(call: Call) -> Record:
    """Create a provider; its mapping and condition are read now, so that what cannot be checked is refused here."""
    call.find("pools")
    _check(call.body, needs_all=True)
    return _operation(call, _create(call, "providers", "providers", call.need("workloadIdentityPoolProviderId")), "WorkloadIdentityPoolProvider")


def _check(body: Record, *, needs_all: bool) -> None:
    if needs_all and not ((body.get("oidc") or {}).get("issuerUri") or body.get("aws") or body.get("saml")):
        raise invalid("A provider needs oidc.issuerUri. (The lab exchanges tokens of OIDC providers only.)")
    mapping = body.get("attributeMapping") or {}
    if needs_all and body.get("oidc") and "google.subject" not in mapping:
        raise invalid("attributeMapping must map google.subject.")
    try:
        for expression in [*mapping.values(), *([body["attributeCondition"]] if body.get("attributeCondition") else [])]:
            cel.parse(expression)
    except cel.Unsupported as error:
        raise invalid(f"The lab cannot evaluate this expression, so it is refused: {error}") from error


@handles(API, f"{_POOLS}.patch", may="iam.workloadIdentityPools.update")
def patch_pool(call: Call) -> Record:
    """Change a pool, among others `disabled`."""
    record = _living(call, "pools")
    masked(record, call.body, call.need("updateMask"), fixed=_FIXED)
    return _operation(call, record, "WorkloadIdentityPool")


@handles(API, f"{_POOLS}.providers.patch", may="iam.workloadIdentityPoolProviders.update")
def patch_provider(call: Call) -> Record:
    """Change a provider, among others `disabled`."""
    record = _living(call, "providers")
    _check(call.body, needs_all=False)
    masked(record, call.body, call.need("updateMask"), fixed=_FIXED)
    return _operation(call, record, "WorkloadIdentityPoolProvider")


def _living(call: Call, table: str) -> Record:
    record = call.find(table)
    if record["state"] != "ACTIVE":
        raise Refusal("FAILED_PRECONDITION", "The resource is deleted.")
    return record


def _register(table: str, prefix: str, permission: str, folder: str, kind: str) -> None:
    def get(call: Call) -> Record:
        return _show(call)(call.find(table))

    def listing(call: Call) -> Record:
        if table == "providers":
            call.find("pools")
        deleted = call.ask("showDeleted") == "true"
        begin = f"{call.name}/{folder}/"
        found = {name: record for name, record in call.state.table(table).items() if name.startswith(begin) and (deleted or record["state"] == "ACTIVE")}
        field = "workloadIdentityPools" if table == "pools" else "workloadIdentityPoolProviders"
        return page(call, found, field, default=50, show=_show(call))

    def delete(call: Call) -> Record:
        record = _living(call, table)
        record |= {"state": "DELETED", "expireTime": call.stamp(plus_s=_PURGE_S)}
        return _operation(call, record, kind)

    def undelete(call: Call) -> Record:
        record = call.find(table)
        if record["state"] != "DELETED":
            raise Refusal("FAILED_PRECONDITION", "The resource is not deleted.")
        record["state"] = "ACTIVE"
        record.pop("expireTime", None)
        return _operation(call, record, kind)

    def done(call: Call) -> Record:
        return call.find("operations")

    handles(API, f"{prefix}.get", may=f"{permission}.get")(get)
    handles(API, f"{prefix}.list", may=f"{permission}.list")(listing)
    handles(API, f"{prefix}.delete", may=f"{permission}.delete")(delete)
    handles(API, f"{prefix}.undelete", may=f"{permission}.undelete")(undelete)
    handles(API, f"{prefix}.operations.get", may=f"{permission}.get")(done)


_register("pools", _POOLS, "iam.workloadIdentityPools", "workloadIdentityPools", "WorkloadIdentityPool")
_register("providers", f"{_POOLS}.providers", "iam.workloadIdentityPoolProviders", "providers", "WorkloadIdentityPoolProvider")
