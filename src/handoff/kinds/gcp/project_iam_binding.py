"""Members of the project's own allow policy."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

from handoff.errors import CloudError
from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_GET = "cloudresourcemanager.projects.getIamPolicy"
_SET = "cloudresourcemanager.projects.setIamPolicy"
_ROUNDS = 6
"""Tries of read-modify-write: each loses only against somebody else who wrote in between."""


class ProjectIamBinding:
    """One member in one role of the project, under one condition."""

    id = KindId("gcp.project_iam_binding")
    title = "Project IAM binding"
    row = "G1"
    source = "https://cloud.google.com/resource-manager/reference/rest/v3/projects/setIamPolicy (read 2026-11-22)"
    scope_type = ScopeType.GCP_PROJECT
    phase = 4
    lag = Lag(
        settle_s=420,
        survives_s=0,
        source="https://cloud.google.com/iam/docs/access-change-propagation (read 2026-11-22): two minutes as a rule, seven and more at times",
    )
    reads = frozenset({_GET})
    writes = frozenset({_SET})
    creates = frozenset(
        {
            "gcp:projects/iAMMember:IAMMember",
            "gcp:projects/iAMBinding:IAMBinding",
            "gcp:projects/iAMPolicy:IAMPolicy",
            "gcp:projects/iAMCustomRole:IAMCustomRole",
        }
    )
    after = frozenset[KindId]()
    blind = "Bindings on the folder and the organization above, and on resources below, are other kinds. Members of a group are not looked up: the group is the holder."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every binding."""
        for binding in _policy(reader).get("bindings", []):
            for member in binding.get("members", []):
                yield AccessPath(
                    kind=self.id,
                    id=_path_id(reader.scope.id, binding, member),
                    scope=reader.scope,
                    holder=member,
                    allows=f"{binding['role']} on the project{_when(binding)}",
                    clues=((Clue.GCP_MEMBER, member),),
                    detail={"role": binding["role"], "member": member, "condition": binding.get("condition")},
                )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member out of the binding."""
        return (Step(verb=Verb.DISABLE, reversible=True, effect=f"takes {path.holder} out of {path.detail['role']}; undone by putting it back"),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The membership itself: other members and roles are none of this path's."""
        binding = _find(_policy(reader), path)
        return None if binding is None else {"role": path.detail["role"], "member": path.holder, "condition": path.detail["condition"]}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Read, take out, write under the etag; again when somebody else wrote in between."""
        yield self._change(writer, path, add=False)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the member back, under the same condition."""
        yield self._change(writer, path, add=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy as it stands; Google lets nobody ask what another member may do without further rights."""
        return Verdict.GONE if _find(_policy(reader), path) is None else Verdict.ALIVE

    @staticmethod
    def _change(writer: Writer, path: AccessPath, *, add: bool) -> Receipt:
        last: CloudError | None = None
        for _ in range(_ROUNDS):
            policy = _policy(writer)
            if (_find(policy, path) is not None) == add:
                return Receipt(op=_SET, request_id="", applied=False)
            changed = _with(policy, path) if add else _without(policy, path)
            try:
                return writer.write(_SET, resource=f"projects/{writer.scope.id}", body={"policy": changed})
            except CloudError as error:
                if not error.retriable:
                    raise
                last = error
        raise CloudError(f"{_SET}: somebody else kept writing the policy of {writer.scope.id}") from last


def _policy(reader: Reader) -> dict[str, Any]:
    policy = reader.get(_GET, resource=f"projects/{reader.scope.id}", body={"options": {"requestedPolicyVersion": 3}})
    if policy is None:
        raise CloudError(f"{_GET}: project {reader.scope.id} is not there")
    return cast("dict[str, Any]", json.loads(json.dumps(policy)))


def _same(binding: Mapping[str, Any], path: AccessPath) -> bool:
    return binding["role"] == path.detail["role"] and binding.get("condition") == path.detail["condition"]


def _find(policy: Mapping[str, Any], path: AccessPath) -> Mapping[str, Any] | None:
    return next((one for one in policy.get("bindings", []) if _same(one, path) and path.holder in one.get("members", [])), None)


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


def _path_id(project: str, binding: Mapping[str, Any], member: str) -> str:
    condition = binding.get("condition")
    mark = "" if condition is None else "#" + hashlib.sha256(json.dumps(condition, sort_keys=True).encode()).hexdigest()[:12]
    return f"projects/{project}#{binding['role']}#{member}{mark}"


def _when(binding: Mapping[str, Any]) -> str:
    condition = binding.get("condition")
    return f", while {condition.get('expression', '')}" if isinstance(condition, dict) else ""


KIND = ProjectIamBinding()
