"""Service control policies, which ministack keeps and does not enforce: each level of the organization is one more limit of whoever belongs to it.

source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html (read 2026-11-22). An account's root is not held
back here: in ministack it is the hand of whoever sets the lab up, and its key is never checked.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPE = "SERVICE_CONTROL_POLICY"


def install() -> None:
    """From here on ministack's evaluator knows them."""
    from ministack.core import iam_evaluator

    before = iam_evaluator.resolve_principal

    def resolve_principal(access_key_id: str, account_id: str, credential: Any = None) -> Any:  # noqa: ANN401 - ministack's classes are not typed
        found = before(access_key_id, account_id, credential)
        if isinstance(found, iam_evaluator.AuthError) or found.policies is None:
            return found
        limits = [[iam_evaluator.parse_policy_document(text) for text in level] for level in levels(found.account)]
        return replace(found, limits=[*found.limits, *limits]) if limits else found

    iam_evaluator.resolve_principal = resolve_principal


def levels(account: str) -> Iterator[list[str]]:
    """The policies attached at each level above an account and at itself; nothing for a management account, or one of no organization."""
    organizations = sys.modules.get("ministack.services.organizations")
    if organizations is None:
        return
    for (management, key), member in list(organizations._accounts._data.items()):
        if key == account != management and member.get("Status") == "ACTIVE":
            yield from _of_member(organizations, management, member)


def _of_member(organizations: Any, management: str, member: dict[str, Any]) -> Iterator[list[str]]:  # noqa: ANN401 - a module
    attached, policies = organizations._attachments._data, organizations._policies._data
    at: str | None = member["Id"]
    while at is not None:
        ids = [policy for (owner, policy), targets in attached.items() if owner == management and at in targets]
        texts = [policies[management, policy]["_Content"] for policy in ids if policies[management, policy]["Type"] == _TYPE]
        if texts:
            yield texts
        parent = member if at == member["Id"] else organizations._ous._data.get((management, at), {})
        at = parent.get("_ParentId")
