"""Shapes that the Azure controls share: rules by type, references that may be known later, settings in a resource of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Verdict, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, either, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule, ResourceRule
    from handoff.controls.resource import Resource, Stack

CLOSED = ("Disabled", "SecuredByPerimeter")
"""Values of publicNetworkAccess that keep the internet out."""


def by_type(rules: Mapping[str, ResourceRule]) -> ResourceRule:
    """The rule of the resource's own type."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, context)

    return rule


def by_type_linked(rules: Mapping[str, LinkedRule]) -> LinkedRule:
    """The rule of the resource's own type, where rules need the stack."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, stack, context)

    return linked


def closed(says: str, *, public: str = "publicNetworkAccess", action: str = "") -> ResourceRule:
    """The service is closed to public networks, or (where it has such rules) open only to what its rules name."""
    shut = is_one_of(public, CLOSED, says, default="Enabled")
    return either(is_one_of(action, ("Deny",), says, default="Allow"), shut) if action else shut


def refers(path: str, kinds: tuple[str, ...], says: str) -> LinkedRule:
    """Something is named there. A value that is known later counts when it comes from a resource of these types."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        del context
        yield from referred(resource, stack, path, resource.get(path), kinds, says)

    return linked


def referred(resource: Resource, stack: Stack, path: str, value: object, kinds: tuple[str, ...], says: str) -> Iterator[Finding]:
    """The same for a value already read."""
    if value is UNKNOWN:
        if not any(one.type in kinds for one in stack.linked(resource, path)):
            yield unknown(f"{path} {LATER}", path)
    elif not isinstance(value, str) or not value:
        yield fail(says, path)


def owned(kinds: tuple[str, ...], by: str, says: str, *, identity: str, rule: ResourceRule | None = None) -> LinkedRule:
    """A resource of one of these types belongs to this one through its property `by`, and one such satisfies the rule."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        said: list[list[Finding]] = []
        certain = True
        for kind in kinds:
            found, sure = stack.settings_of(resource, kind, by, identity=identity)
            certain = certain and sure
            said += [list(rule(one, context)) if rule else [] for one in found]
        bad = [[one for one in findings if one.verdict in {Verdict.FAIL, Verdict.UNKNOWN}] for findings in said]
        if any(not findings for findings in bad):
            return
        unsure = next((findings for findings in bad if all(one.verdict is Verdict.UNKNOWN for one in findings)), None)
        if unsure is not None:
            yield from unsure
        elif not certain:
            yield unknown(f"whether a {kinds[0].rpartition(':')[2]} belongs to it is not known: one of them names its {by} only at the update")
        else:
            yield from bad[-1] if bad else [fail(says)]

    return linked


def attached(kind: str, by: str, name: str, says: str, rule: ResourceRule) -> LinkedRule:
    """A resource of this type names this one by its whole id in `by`, and satisfies the rule. `name`: this one's own name, with which the id ends."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        own = resource.inputs.get(name)
        unsure = False
        said: list[list[Finding]] = []
        for one in stack.of(kind):
            target = one.get(by)
            if one.links.get(by):
                is_mine = resource.urn in one.links[by]
            elif isinstance(target, str):
                is_mine = isinstance(own, str) and target.rstrip("/").lower().endswith(f"/{own.lower()}")
                unsure = unsure or (own is UNKNOWN)
            else:
                is_mine, unsure = False, unsure or target is UNKNOWN
            if is_mine:
                said.append(list(rule(one, context)))
        if any(not findings for findings in said):
            return
        if said:
            yield from said[-1]
        elif unsure:
            yield unknown(f"whether a {kind.rpartition(':')[2]} names it is not known before the update")
        else:
            yield fail(says)

    return linked


def elsewhere(stack: Stack, context: Context) -> str | None:
    """Why a control of whole Azure stacks does not speak of this one; None when it does."""
    if "azure" not in context.environment.clouds:
        return "the environment does not live on azure"
    if not any(one.startswith("azure-native:") for one in stack.types):
        return "this stack makes nothing on azure"
    return None


def is_subscription(scope: str) -> bool:
    """Whether a scope is a subscription itself, and nothing inside it."""
    parts = scope.strip("/").lower().split("/")
    return len(parts) == 2 and parts[0] == "subscriptions"
