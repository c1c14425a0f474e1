"""Rules that depend on the type at hand, and values that another resource of the stack will give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule, ResourceRule
    from handoff.controls.resource import Resource, Stack


def by_type(rules: Mapping[str, ResourceRule]) -> ResourceRule:
    """Each type has its rule."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, context)

    return rule


def by_type_linked(rules: Mapping[str, LinkedRule]) -> LinkedRule:
    """The same for rules that need the rest of the stack."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, stack, context)

    return linked


def names_one(path: str, says: str, *types: str) -> LinkedRule:
    """The property names something; a value that is known later counts when it is made from a resource of these types."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        del context
        values = list(resource.each(path))
        if not values:
            yield fail(says, path)
        for at, value in values:
            if value is UNKNOWN:
                if not any(one.type in types for one in stack.linked(resource, at)):
                    yield unknown(f"{at} {LATER}", at)
            elif not value:
                yield fail(says, at)

    return linked
