"""What a run may do on a cloud, at least and at most: worked out from the kinds, so that it never lags behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from handoff import registry
from handoff.errors import UsageError
from handoff.powers import Watching

if TYPE_CHECKING:
    from handoff.model import Json


class Role(StrEnum):
    """Who runs the tool."""

    AUDITOR = "auditor"
    """Reads: `discover`, `plan`, `prove`."""
    OPERATOR = "operator"
    """Reads and writes: `apply` and `rollback` as well."""


def operations(cloud: str, role: Role) -> frozenset[str]:
    """Every operation that this role's commands may call on a cloud, by the vendor's name."""
    kinds = registry.kinds(cloud).values()
    found: set[str] = set()
    for kind in kinds:
        found |= kind.reads
        if isinstance(kind, Watching):
            found |= kind.uses
        if role is Role.OPERATOR:
            found |= kind.writes
    for one in registry.dependencies(cloud).values():
        found |= one.reads
    witness = registry.witness(cloud)
    if witness is not None:
        found |= witness.reads
    return frozenset(found)


def documents(cloud: str, role: Role) -> tuple[Json, ...]:
    """The vendor's policy documents that allow exactly those. Raises UsageError for a cloud whose operations are not mapped to permissions."""
    if cloud != "aws":
        raise UsageError(f"{cloud}: no policy is generated yet", hint="docs/reference/kinds.md lists the operations of each kind.")
    from handoff.clouds import _aws_permissions

    return _aws_permissions.documents(_aws_permissions.actions(operations(cloud, role)), sid=f"Handoff{role.capitalize()}")
