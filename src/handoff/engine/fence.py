"""The fence: what the client installs before anything is cut, so that nobody of the provider's can open a new way in while the old ones are closed.

IAM writes take seconds to hold, and who sees a key being cut may use them to make another. So the operations that open paths (each kind names its
own) are denied to the provider's principals first, by the client, from above. The client's administrators and the operator of the exit are left out
by name: a fence must never stop those who have to act.
source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.model import Party
from handoff.powers import Fencing

if TYPE_CHECKING:
    from handoff.engine.plan import Found
    from handoff.model import Json, Kind

POLICY_CHARACTERS = 5120
"""A service or resource control policy holds no more.
source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html (read 2026-11-22)"""

RCP_SERVICES = frozenset({"ecr", "kms", "s3", "secretsmanager", "sqs"})
"""Services that resource control policies reach and in which a path can be opened from another account.
source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html (read 2026-11-22)"""

POLICY_NAME = "HandoffFence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom the fence stops, and whom it must never stop."""

    principals: tuple[str, ...]
    """ARNs (`*` allowed) of the provider's users and roles inside the estate."""
    tags: tuple[str, ...]
    """`key=value` by which the provider marks its principals."""
    accounts: tuple[str, ...]
    """The provider's own accounts."""
    spared: tuple[str, ...]
    """ARNs of the client's administrators, its break-glass, and the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The documents of one fence."""

    actions: tuple[str, ...]
    who: Who
    service_control: tuple[Json, ...]
    """For the account or its organizational unit, by the organization's management account."""
    resource_control: tuple[Json, ...]
    """The same from the resources' side: stops the provider's own accounts."""
    principal: tuple[Json, ...]
    """To be attached to each of the provider's principals, where there is no organization."""


def actions_of(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Every IAM action that opens a path of some kind."""
    return tuple(sorted({action for kind in kinds if isinstance(kind, Fencing) for action in kind.fences}))


def principals_of(found: Iterable[Found], accounts: frozenset[str]) -> tuple[str, ...]:
    """ARNs of the estate's users and roles that the provider holds, by what a sweep found."""
    seen: set[str] = set()
    for one in found:
        if one.attribution.party is Party.PROVIDER:
            seen |= {arn for arn in (one.path.holder, str(one.path.detail.get("role_arn", ""))) if _lives_in(arn, accounts)}
    return tuple(sorted(seen))


def make(actions: tuple[str, ...], who: Who) -> Fence:
    """The documents. Raises ValueError when there is nobody to stop."""
    if not (who.principals or who.tags or who.accounts):
        raise ValueError("the fence would stop nobody: the spec names no account, principal or tag of the provider's, and none was found")
    inside = [condition for condition in (_by_arn(who), *_by_tags(who)) if condition]
    outside = [{"StringEquals": {"aws:PrincipalAccount": list(who.accounts)}, **_spared(who)}] if who.accounts else []
    reached = tuple(action for action in actions if action.split(":", 1)[0] in RCP_SERVICES)
    return Fence(
        actions=actions,
        who=who,
        service_control=tuple(_policies(actions, inside)),
        resource_control=tuple(_policies(reached, outside, principal=True)),
        principal=tuple(_policies(actions, [{}])),
    )


def _lives_in(arn: str, accounts: frozenset[str]) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "iam" and parts[4] in accounts and parts[5].startswith(("user/", "role/"))


def _by_arn(who: Who) -> dict[str, object]:
    return {"ArnLike": {"aws:PrincipalArn": list(who.principals)}, **_spared(who)} if who.principals else {}


def _by_tags(who: Who) -> Iterator[dict[str, object]]:
    for tag in who.tags:
        key, _, value = tag.partition("=")
        yield {"StringEquals": {f"aws:PrincipalTag/{key}": value}, **_spared(who)}


def _spared(who: Who) -> dict[str, object]:
    return {"ArnNotLike": {"aws:PrincipalArn": list(who.spared)}} if who.spared else {}


def _policies(actions: tuple[str, ...], conditions: list[dict[str, object]], *, principal: bool = False) -> Iterator[Json]:
    """As many documents as the actions need under these conditions, each within the limit."""
    for condition in conditions:
        rest = list(actions)
        while rest:
            taken = len(rest)
            while _size(document := _document(rest[:taken], condition, principal=principal)) > POLICY_CHARACTERS:
                taken -= max(1, taken // 8)
                if taken < 1:
                    raise ValueError("the fence names so many principals that no policy can hold them: give the provider's principals a common tag or path")
            yield document
            rest = rest[taken:]


def _document(actions: list[str], condition: Mapping[str, object], *, principal: bool) -> Json:
    statement: dict[str, object] = {"Sid": POLICY_NAME, "Effect": "Deny", "Action": actions, "Resource": "*"}
    if principal:
        statement["Principal"] = "*"
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def _size(document: Json) -> int:
    return len(json.dumps(document, separators=(",", ":")))
