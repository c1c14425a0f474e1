"""IAM policies: reading and setting with etags, who a member is, and whether a call is allowed."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.gcp import cel, roles
from handoff.lab.gcp.refusal import Refusal, invalid
from handoff.lab.gcp.resources import chain, project_of
from handoff.lab.gcp.state import after, moment

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record, State

_PREFIXES = (
    "user:",
    "serviceAccount:",
    "group:",
    "domain:",
    "principal://",
    "principalSet://",
    "projectOwner:",
    "projectEditor:",
    "projectViewer:",
    "deleted:",
)
_EVERYONE = ("allUsers", "allAuthenticatedUsers")
_BASIC = {"projectOwner:": "roles/owner", "projectEditor:": "roles/editor", "projectViewer:": "roles/viewer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever made a call, as every member text that stands for them."""

    name: str
    """`serviceAccount:a@p.iam.gserviceaccount.com`, `principal://...`, or `anonymous`."""
    members: frozenset[str]
    is_root: bool = False
    """The lab's own hand, through the lab-only endpoints; never reachable with a credential of a cloud."""

    @property
    def is_anonymous(self) -> bool:
        """True when the call carried no credential."""
        return self.name == "anonymous"


ANONYMOUS = Caller(name="anonymous", members=frozenset({"allUsers"}))
ROOT = Caller(name="lab-root", members=frozenset(), is_root=True)


def allowed(state: State, caller: Caller, permission: str, resource: str, now: datetime) -> bool:
    """True when a binding at the resource or above it gives the caller the permission now, or did so less than a lag ago."""
    if caller.is_root:
        return True
    for node in chain(state, resource):
        policy = state.table("policies").get(node, {})
        lingering = [pair for pair in policy.get("_lingering", ()) if moment(pair["until"]) > now]
        for binding in [*policy.get("bindings", ()), *lingering]:
            if (
                any(_stands_for(state, caller, member) for member in binding["members"])
                and roles.grants(state, binding["role"], permission)
                and _applies(binding, resource, now)
            ):
                return True
    return False


def _stands_for(state: State, caller: Caller, member: str) -> bool:
    if member in caller.members:
        return True
    for prefix, role in _BASIC.items():
        if member.startswith(prefix):
            project = f"projects/{member.removeprefix(prefix)}"
            bindings = state.table("policies").get(project, {}).get("bindings", ())
            return any(binding["role"] == role and not caller.members.isdisjoint(binding["members"]) for binding in bindings)
    if member.startswith("group:"):
        inside = state.table("groups").get(member.removeprefix("group:"), {}).get("members", ())
        return any(_stands_for(state, caller, inner) for inner in inside if inner != member)
    return False


def _applies(binding: Record, resource: str, now: datetime) -> bool:
    condition = binding.get("condition")
    if not condition:
        return True
    name = f"projects/_/buckets/{resource[2:].replace('/o/', '/objects/', 1)}" if resource.startswith("b/") else resource
    return cel.holds(condition["expression"], {"request": {"time": now}, "resource": {"name": name}})


def read(state: State, resource: str, *, version: int = 3) -> Record:
    """The policy as getIamPolicy shows it; below version 3 the roles of conditional bindings are marked, as Google does.

    source: https://cloud.google.com/iam/docs/policies#specifying-version-get (read 2026-11-22)
    """
    policy = state.table("policies").get(resource)
    if policy is None:
        return {"version": 1, "etag": "ACAB"}
    out: Record = {key: json.loads(json.dumps(value)) for key, value in policy.items() if not key.startswith("_")}
    conditional = any("condition" in binding for binding in out.get("bindings", ()))
    out["version"] = 3 if conditional and version >= 3 else 1
    if conditional and version < 3:
        for binding in out["bindings"]:
            if "condition" in binding:
                mark = hashlib.sha256(json.dumps(binding.pop("condition"), sort_keys=True).encode()).hexdigest()[:20]
                binding["role"] += f"_withcond_{mark}"
    return out


def write(state: State, resource: str, wanted: Record, now: datetime, *, mask: str | None = None) -> Record:
    """Replace the policy; a stale etag is refused with ABORTED, and what was taken away goes on working for the lag."""
    current = state.table("policies").get(resource, {"etag": "ACAB"})
    if wanted.get("etag") and wanted["etag"] != current["etag"]:
        raise Refusal("ABORTED", "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.")
    bindings = _merged(wanted.get("bindings") or [])
    _check(state, bindings, int(wanted.get("version") or 1))
    lingering = [pair for pair in current.get("_lingering", ()) if moment(pair["until"]) > now]
    kept = _pairs(bindings)
    for pair in _pairs(current.get("bindings", [])):
        if pair not in kept and state.binding_lag_s:
            role, member, condition = pair
            gone = {"role": role, "members": [member], "until": after(now, state.binding_lag_s)} | ({"condition": json.loads(condition)} if condition else {})
            lingering.append(gone)
    # Without a mask only bindings and etag are set (discovery document, field updateMask).
    audit = wanted.get("auditConfigs") if "auditConfigs" in (mask or "") else current.get("auditConfigs")
    new: Record = {"bindings": bindings} | ({"auditConfigs": audit} if audit else {})
    turn = int(current.get("_turn", 0)) + 1
    digest = hashlib.sha256(json.dumps([resource, turn, new]).encode()).digest()
    state.table("policies")[resource] = new | {"etag": base64.b64encode(b"BW" + digest[:7]).decode(), "_turn": turn, "_lingering": lingering}
    return read(state, resource)


def _merged(bindings: list[Record]) -> list[Record]:
    """Bindings of the same role and condition put together, empty ones dropped, members sorted: what Google stores."""
    out: dict[tuple[str, str], Record] = {}
    for binding in bindings:
        condition = binding.get("condition")
        key = binding.get("role", ""), json.dumps(condition, sort_keys=True) if condition else ""
        target = out.setdefault(key, {"role": key[0], "members": []} | ({"condition": condition} if condition else {}))
        target["members"] = sorted({*target["members"], *(binding.get("members") or ())})
    return [binding for binding in out.values() if binding["members"]]


def _pairs(bindings: list[Record]) -> set[tuple[str, str, str]]:
    return {
        (binding["role"], member, json.dumps(binding["condition"], sort_keys=True) if "condition" in binding else "")
        for binding in bindings
        for member in binding["members"]
    }


def _check(state: State, bindings: list[Record], version: int) -> None:
    for binding in bindings:
        if roles.patterns(state, binding["role"]) is None:
            raise invalid(f"Role {binding['role']} is not supported for this resource. (The lab knows the roles listed in docs/lab-gcp.md, and custom ones.)")
        for member in binding["members"]:
            _check_member(state, member)
        condition: Any = binding.get("condition")
        if not condition:
            continue
        if version < 3:
            raise invalid("Conditions can only be set with policy version 3.")
        try:
            cel.parse(condition.get("expression", ""))
        except cel.Unsupported as error:
            raise invalid(f"Error(s) in the condition expression: {error}") from error


def _check_member(state: State, member: str) -> None:
    if member not in _EVERYONE and not member.startswith(_PREFIXES):
        raise invalid(f"Invalid member '{member}': it has no known type prefix.")
    if not member.startswith("serviceAccount:") or not member.endswith(".iam.gserviceaccount.com"):
        return
    email = member.removeprefix("serviceAccount:")
    project = email.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
    if project_of(state, f"projects/{project}") is not None and f"projects/{project}/serviceAccounts/{email}" not in state.table("serviceAccounts"):
        raise invalid(f"Service account {email} does not exist.")


def forget(state: State, account: Record) -> None:
    """Mark a deleted service account in every policy, as Google does: its right is gone even if the name is used again."""
    member = f"serviceAccount:{account['email']}"
    for policy in state.table("policies").values():
        for binding in policy.get("bindings", ()):
            if member in binding["members"]:
                binding["members"] = sorted((set(binding["members"]) - {member}) | {f"deleted:{member}?uid={account['uniqueId']}"})
        policy["_lingering"] = [pair for pair in policy.get("_lingering", ()) if member not in pair["members"]]


def remember(state: State, account: Record) -> None:
    """Undo `forget` for an account that was undeleted."""
    member = f"serviceAccount:{account['email']}"
    for policy in state.table("policies").values():
        for binding in policy.get("bindings", ()):
            binding["members"] = sorted(member if text == f"deleted:{member}?uid={account['uniqueId']}" else text for text in binding["members"])
