"""Puts together what controls may ask: the spec's environment, and what kinds and exports can handle."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, cast

from handoff import registry
from handoff.controls.context import Context
from handoff.errors import SpecError

if TYPE_CHECKING:
    from handoff.exports._contract import Export
    from handoff.spec import Loaded


def context(loaded: Loaded, environment: str, *, today: date | None = None) -> Context:
    """The context of one environment. Raises SpecError when the spec has no such environment."""
    engagement = loaded.engagement
    found = engagement.environment(environment)
    if found is None:
        known = ", ".join(one.name for one in engagement.environments)
        raise SpecError(
            f"{loaded.path}: no environment {environment!r}; it has {known}",
            hint="Name one with --environment, or as handoff:environment in the stack's configuration.",
        )
    exports = (cast("Export", one) for one in registry.load("handoff.exports", "EXPORT").values())
    return Context(
        engagement=engagement,
        environment=found,
        today=today or datetime.now(UTC).date(),
        opens=frozenset().union(*(one.creates for one in registry.kinds().values())),
        returns=frozenset().union(*(one.stores for one in exports)),
    )
