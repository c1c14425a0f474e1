"""What the stand-ins for EC2, Systems Manager and Direct Connect share: ids, tags, and tables that belong to no one account."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.aws.standin import Account

NOBODY = "000000000000"
"""Links between accounts are kept under this one, so that both ends see the same record."""


def new_id(prefix: str) -> str:
    """An id as EC2 makes them."""
    return f"{prefix}-{secrets.token_hex(9)[:17]}"


def now() -> str:
    """The time, as the APIs write it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def tags(p: Mapping[str, Any], resource_type: str) -> list[dict[str, str]]:
    """The tags that a request gives to what it makes."""
    return [tag for one in p.get("TagSpecifications") or () if one["ResourceType"] == resource_type for tag in one.get("Tags") or ()]


def shared(account: Account, service: str, name: str) -> dict[str, Any]:
    """A table that every account sees."""
    return account.elsewhere(NOBODY).peer(service).table(name)


def wanted(p: Mapping[str, Any], name: str) -> list[str]:
    """The values of one filter; empty when it was not given."""
    return [value for one in p.get("Filters") or () if one["Name"] == name for value in one["Values"]]
