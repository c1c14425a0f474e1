"""Members of allow policies: finding one, taking it out and putting it back, whatever carries the policy.

source: https://cloud.google.com/iam/docs/policies (read 2026-11-22): a policy is written whole, under the etag it was read with
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from handoff.errors import CloudError
from handoff.model import AccessPath, Receipt, Step, Verb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.kinds.gcp._members import Members
    from handoff.model import Json, KindId, Reader, Writer

_ROUNDS = 6
"""Tries of read-modify-write: each loses only against somebody else who wrote in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One sort of resource that carries an allow policy."""

    get: str
    set: str
    what: str
    """What to call it for people: `the project`."""
    asks_in_body: bool = False
    """Where the getter takes the wanted policy version; conditions show in version 3 only."""
    must_exist: bool = False
    """A resource that is not there is an error, not one without a policy: the scope itself."""

    def policy(self, reader: Reader, resource: str) -> dict[str, Any] | None:
        """The policy as it stands, for changing; None when the resource is not there."""
        wanted: dict[str, object] = {"body": {"options": {"requestedPolicyVersion": 3}}} if self.asks_in_body else {"options.requestedPolicyVersion": 3}
        found = reader.get(self.get, resource=resource, **wanted)
        if found is None and self.must_exist:
            raise CloudError(f"{self.get}: {resource} is not there")
        return None if found is None else cast("dict[str, Any]", json.loads(json.dumps(found)))

    def paths(self, reader: Reader, members: Members, kind: KindId, resource: str, name: str = "") -> Iterator[AccessPath]:
        """Every member of every binding of one resource; `name` is what to call it for people."""
        policy = self.policy(reader, resource)
        for binding in (policy or {}).get("bindings", []):
            for member in binding.get("members", []):
                yield AccessPath(
                    kind=kind,
                    id=_path_id(resource, binding, member),
                    scope=reader.scope,
                    holder=member,
                    allows=f"{binding['role']} on {self.what}{f' {name}' if name else ''}{_when(binding)}",
                    clues=members.clues(member),
                    detail={"resource": resource, "role": binding["role"], "member": member, "condition": binding.get("condition")},
                )

    def image(self, reader: Reader, path: AccessPath) -> Json | None:
        """The membership itself: other members and roles are none of this path's."""
        binding = _find(self.policy(reader, _resource(path)), path)
        return None if binding is None else {"role": path.detail["role"], "member": path.holder, "condition": path.detail["condition"]}

    def change(self, writer: Writer, path: AccessPath, *, add: bool) -> Receipt:
        """Read, take out or put in, write under the etag; again when somebody else wrote in between. A resource that is gone holds nobody."""
        last: CloudError | None = None
        for _ in range(_ROUNDS):
            policy = self.policy(writer, _resource(path))
            if policy is None and add:
                raise CloudError(f"{self.set}: {_resource(path)} is not there, so {path.holder} cannot be put back")
            if policy is None or (_find(policy, path) is not None) == add:
                return Receipt(op=self.set, request_id="", applied=False)
            changed = _with(policy, path) if add else _without(policy, path)
            try:
                return writer.write(self.set, resource=_resource(path), body={"policy": changed})
            except CloudError as error:
                if not error.retriable:
                    raise
                last = error
        raise CloudError(f"{self.set}: somebody else kept writing the policy of {_resource(path)}") from last


def steps(path: AccessPath) -> tuple[Step, ...]:
    """Take the member out of the binding."""
    return (Step(verb=Verb.DISABLE, reversible=True, effect=f"takes {path.holder} out of {path.detail['role']}; undone by putting it back"),)


def _resource(path: AccessPath) -> str:
    return str(path.detail["resource"])


def _same(binding: Mapping[str, Any], path: AccessPath) -> bool:
    return binding["role"] == path.detail["role"] and binding.get("condition") == path.detail["condition"]


def _find(policy: Mapping[str, Any] | None, path: AccessPath) -> Mapping[str, Any] | None:
    return next((one for one in (policy or {}).get("bindings", []) if _same(one, path) and path.holder in one.get("members", [])), None)


def _without(policy: dict[str, Any], path: AccessPath) -> dict[str, Any]:
    for binding in policy["bindings"]:
        if _same(binding, path):
            binding["members"] = [member for member in binding["members"] if member != path.holder]
    policy["bindings"] = [binding for binding in policy["bindings"] if binding.get("members")]
    return policy


def _with(policy: dict[str, Any], path: AccessPath) -> dict[str, Any]:
    for binding in policy.setdefault("bindings", []):
        if _same(binding, path):
            binding["members"].append(path.holder)
            return policy
    added: dict[str, Any] = {"role": path.detail["role"], "members": [path.holder]}
    if path.detail["condition"] is not None:
        added["condition"] = path.detail["condition"]
        policy["version"] = 3
    policy["bindings"].append(added)
    return policy


def _path_id(resource: str, binding: Mapping[str, Any], member: str) -> str:
    condition = binding.get("condition")
    mark = "" if condition is None else "#" + hashlib.sha256(json.dumps(condition, sort_keys=True).encode()).hexdigest()[:12]
    return f"{resource}#{binding['role']}#{member}{mark}"


def _when(binding: Mapping[str, Any]) -> str:
    condition = binding.get("condition")
    return f", while {condition.get('expression', '')}" if isinstance(condition, dict) else ""
