"""Organization Policy: stored for every constraint, enforced for gcp.resourceLocations (buckets), key creation and account creation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import Call, handles, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import chain, numbered
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "orgpolicy.v2"
_GROUPS = {"in:eu-locations": ("EU", "EUROPE-", "EUR"), "in:us-locations": ("US", "US-", "NAM"), "in:europe-locations": ("EU", "EUROPE-", "EUR")}


def _holder(call: Call) -> str:
    return call.name.split("/policies", 1)[0]


def _show(call: Call) -> Callable[[Record], Record]:
    return lambda record: shown(record) | {"name": numbered(call.state, record["name"])}


def _create(call: Call) -> Record:
    name = str(call.body.get("name", ""))
    constraint = name.rsplit("/policies/", 1)[-1]
    if not constraint or "/" in constraint:
        raise invalid("name must be PARENT/policies/CONSTRAINT")
    key = f"{call.name}/policies/{constraint}"
    if key in call.state.table("orgPolicies"):
        raise exists(f"Policy {key}")
    return _stored(call, key)


def _stored(call: Call, key: str) -> Record:
    spec = dict(call.body.get("spec") or {}) | {"updateTime": call.stamp(), "etag": "CO" + call.state.number()}
    record = {"name": key, "spec": spec, "etag": spec["etag"]} | ({"dryRunSpec": call.body["dryRunSpec"]} if call.body.get("dryRunSpec") else {})
    call.state.table("orgPolicies")[key] = record
    return _show(call)(record)


def _get(call: Call) -> Record:
    return _show(call)(call.find("orgPolicies"))


def _list(call: Call) -> Record:
    prefix = f"{call.name}/policies/"
    return page(call, {name: record for name, record in call.state.table("orgPolicies").items() if name.startswith(prefix)}, "policies", show=_show(call))


def _patch(call: Call) -> Record:
    record = call.find("orgPolicies")
    sent = (call.body.get("spec") or {}).get("etag")
    if sent and sent != record["spec"]["etag"]:
        raise Refusal("ABORTED", "The policy was changed in between.")
    return _stored(call, record["name"])


def _delete(call: Call) -> Record:
    call.find("orgPolicies")
    del call.state.table("orgPolicies")[call.name]
    return {}


for _level in ("projects", "folders", "organizations"):
    handles(API, f"{_level}.policies.create", may="orgpolicy.policies.create")(_create)
    handles(API, f"{_level}.policies.list", may="orgpolicy.policies.list")(_list)
    handles(API, f"{_level}.policies.get", may="orgpolicy.policy.get", at=_holder)(_get)
    handles(API, f"{_level}.policies.patch", may="orgpolicy.policies.update", at=_holder)(_patch)
    handles(API, f"{_level}.policies.delete", may="orgpolicy.policies.delete", at=_holder)(_delete)


def rules(call: Call, project: str, constraint: str) -> list[Record]:
    """The rules of a constraint that are in force for a project: the nearest policy's, and those above it where it inherits."""
    out: list[Record] = []
    for node in chain(call.state, project):
        policy = call.state.table("orgPolicies").get(f"{node}/policies/{constraint}")
        if policy is None:
            continue
        spec = policy["spec"]
        if spec.get("reset"):
            return []
        out += spec.get("rules", [])
        if not spec.get("inheritFromParent"):
            break
    return out


def check_location(call: Call, project: str, location: str) -> None:
    """Refuse a place that gcp.resourceLocations does not allow."""
    for rule in rules(call, project, "gcp.resourceLocations"):
        if rule.get("denyAll"):
            raise _violated(location)
        values = rule.get("values") or {}
        allowed, denied = values.get("allowedValues", []), values.get("deniedValues", [])
        if any(_covers(value, location) for value in denied) or (allowed and not any(_covers(value, location) for value in allowed)):
            raise _violated(location)


def enforced(call: Call, project: str, constraint: str) -> bool:
    """True when a yes-or-no constraint is switched on for a project."""
    return any(rule.get("enforce") for rule in rules(call, project, constraint))


def _covers(value: str, location: str) -> bool:
    if value in _GROUPS:
        return location == _GROUPS[value][0] or location.startswith(_GROUPS[value][1:])
    plain = value.removeprefix("in:").removesuffix("-locations").removeprefix("is:").upper()
    return location == plain or (value.startswith("in:") and location.startswith(plain + "-"))


def _violated(location: str) -> Refusal:
    return Refusal("FAILED_PRECONDITION", f"'{location.lower()}' violates constraint 'constraints/gcp.resourceLocations'", http=412, reason="conditionNotMet")
