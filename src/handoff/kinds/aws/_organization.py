"""The organization, from the account that manages it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from handoff.model import Json, Reader

READS = frozenset({"organizations:DescribeOrganization"})

ELSEWHERE = "In a member account, what the organization's management account decides: that is read in the management account."


def seen(reader: Reader) -> Json | None:
    """The organization that the account is in, or None when it is in none."""
    answer = reader.get("organizations:DescribeOrganization")
    return cast("Json", answer["Organization"]) if answer else None


def managed(reader: Reader) -> Json | None:
    """The organization, when the scope's account manages it: only there is it read and changed in full."""
    found = seen(reader)
    return found if found and found.get("MasterAccountId") == reader.scope.id else None
