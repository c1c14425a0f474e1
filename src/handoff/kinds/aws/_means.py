"""What a user or role could open further: its own policies, its groups', its boundary, evaluated for every known way to mint new access."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.iam import document, escalate
from handoff.kinds.aws import _people

if TYPE_CHECKING:
    from handoff.iam.document import Document
    from handoff.model import Json, Reader

EVERYTHING = ("*",)
"""Of whom nothing that mints access is refused: said once instead of by a hundred names."""

# What AWS's own policies allow when the account's details do not carry their text.
# source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html (read 2026-11-22)
_KNOWN: Mapping[str, Json] = {
    "AdministratorAccess": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    "IAMFullAccess": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}},
    "PowerUserAccess": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}},
}


class Rights:
    """The rights of one account's principals, from the details that every kind of principal reads anyway."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._managed: Mapping[str, object] | None = None
        self._groups: Mapping[str, Json] | None = None
        self._weighed: dict[str, tuple[str, ...]] = {}

    def of(self, principal: Json) -> tuple[str, ...]:
        """The operations with which this user or role, as the account's details show it, could open further ways in."""
        texts = sorted(_text(one) for one in self._texts(principal))
        if not texts:
            return ()
        boundary = cast("Json", principal.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        key = "\n".join([*texts, f"boundary {boundary or ''}"])
        if key not in self._weighed:
            self._weighed[key] = self._weigh(texts, str(boundary or ""), where=str(principal["Arn"]))
        return self._weighed[key]

    def _weigh(self, texts: list[str], boundary: str, *, where: str) -> tuple[str, ...]:
        limit: list[Document] | None = None
        if boundary:
            told = self._policy(boundary)
            # A boundary whose text is not told could allow anything that the policies do.
            limit = None if told is None else [document.parse(told, where=boundary)]
        found = escalate.means(escalate.Grants([document.parse(one, where=where) for one in texts], boundary=limit))
        return EVERYTHING if len(found) == len(escalate.ALL) else escalate.operations(found)

    def _texts(self, principal: Json) -> Iterator[object]:
        yield from _inline(principal)
        yield from self._attached(principal)
        for name in cast("list[str]", principal.get("GroupList") or []):
            group = self._group(name)
            yield from _inline(group)
            yield from self._attached(group)

    def _attached(self, principal: Json) -> Iterator[object]:
        for one in cast("list[Json]", principal.get("AttachedManagedPolicies") or []):
            told = self._policy(str(one["PolicyArn"]))
            if told is not None:
                yield told

    def _policy(self, arn: str) -> object | None:
        if self._managed is None:
            self._managed = fan.once((__name__, "managed", self._reader.scope.id), lambda: dict(_managed(self._reader)))
        return self._managed.get(arn) or _KNOWN.get(arn.rsplit("/", 1)[-1] if ":iam::aws:policy/" in arn else "")

    def _group(self, name: str) -> Json:
        if self._groups is None:
            self._groups = fan.once((__name__, "groups", self._reader.scope.id), lambda: {str(one["GroupName"]): one for one in _people.groups(self._reader)})
        return self._groups.get(name, {})


def _inline(principal: Json) -> Iterator[object]:
    for field in ("UserPolicyList", "RolePolicyList", "GroupPolicyList"):
        for one in cast("list[Json]", principal.get(field) or []):
            yield one["PolicyDocument"]


def _managed(reader: Reader) -> Iterator[tuple[str, object]]:
    for policy in _people.managed(reader):
        for version in cast("list[Json]", policy.get("PolicyVersionList") or []):
            if version.get("IsDefaultVersion") and version.get("Document"):
                yield str(policy["Arn"]), version["Document"]


def _text(told: object) -> str:
    return told if isinstance(told, str) else json.dumps(told, sort_keys=True)
