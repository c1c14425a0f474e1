"""The shapes that most controls have, as functions that make rules. Each is three-valued: a value that is not known is never taken for yes or no.

A rule that yields nothing passes. Rules for one resource combine with `every`; rules that need the rest of the stack are in the second half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Verdict, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule, ResourceRule, StackRule
    from handoff.controls.resource import Resource, Stack

LATER = "is not known before the update"


def is_true(path: str, says: str, *, default: bool = False) -> ResourceRule:
    """The switch is on. `default`: what the service takes when it is not set. `says` completes "<resource> ..."."""
    return _switch(path, says, wanted=True, default=default)


def is_false(path: str, says: str, *, default: bool = False) -> ResourceRule:
    """The switch is off. `default`: what the service takes when it is not set."""
    return _switch(path, says, wanted=False, default=default)


def _switch(path: str, says: str, *, wanted: bool, default: bool) -> ResourceRule:
    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        found = False
        for at, value in resource.each(path):
            found = True
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif _as_bool(value) is not wanted:
                yield fail(says, at)
        if not found and default is not wanted:
            yield fail(f"{says} ({path} is not set)", path)

    return rule


def _as_bool(value: object) -> bool | None:
    """A switch's value; engines and providers also give the words. None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def is_set(path: str, says: str) -> ResourceRule:
    """Something stands there: not null, not empty."""

    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        values = list(resource.each(path))
        if not values:
            yield fail(says, path)
        for at, value in values:
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif value in ("", [], {}):
                yield fail(says, at)

    return rule


def is_absent(path: str, says: str) -> ResourceRule:
    """Nothing stands there."""

    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        for at, value in resource.each(path):
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif value not in ("", [], {}):
                yield fail(says, at)

    return rule


def is_one_of(path: str, values: tuple[object, ...], says: str, *, default: object = None) -> ResourceRule:
    """Every value at the path is one of these; text is compared without case. `default`: what the service takes when it is not set."""
    wanted = frozenset(map(_folded, values))

    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        found = False
        for at, value in resource.each(path):
            found = True
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif _folded(value) not in wanted:
                yield fail(f"{says}: it is {_shown(value)}", at)
        if not found and _folded(default) not in wanted:
            yield fail(f"{says} ({path} is not set)", path)

    return rule


def is_none_of(path: str, values: tuple[object, ...], says: str, *, default: object = None) -> ResourceRule:
    """No value at the path is one of these; text is compared without case. `default`: what the service takes when it is not set."""
    banned = frozenset(map(_folded, values))

    def rule(resource: Resource, _: Context) -> Iterator[Finding]:
        found = False
        for at, value in resource.each(path):
            found = True
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif _folded(value) in banned:
                yield fail(f"{says}: it is {_shown(value)}", at)
        if not found and default is not None and _folded(default) in banned:
            yield fail(f"{says} ({path} is not set)", path)

    return rule


def is_at_least(path: str, least: float | Callable[[Context], float], says: str, *, default: float | None = None) -> ResourceRule:
    """The number is not below. `least` may follow from the spec. `default`: what the service takes when it is not set; None = nothing good."""
    return _bounded(path, least, says, default=default, holds=lambda value, bound: value >= bound)


def is_at_most(path: str, most: float | Callable[[Context], float], says: str, *, default: float | None = None) -> ResourceRule:
    """The number is not above."""
    return _bounded(path, most, says, default=default, holds=lambda value, bound: value <= bound)


def _bounded(path: str, bound: float | Callable[[Context], float], says: str, *, default: float | None, holds: Callable[[float, float], bool]) -> ResourceRule:
    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        limit = bound(context) if callable(bound) else bound
        found = False
        for at, value in resource.each(path):
            found = True
            number = as_number(value)
            if value is UNKNOWN:
                yield unknown(f"{at} {LATER}", at)
            elif number is None or not holds(number, limit):
                yield fail(f"{says}: it is {_shown(value)}, and {limit:g} is asked for", at)
        if not found and (default is None or not holds(default, limit)):
            yield fail(f"{says} ({path} is not set, and {limit:g} is asked for)", path)

    return rule


def as_number(value: object) -> float | None:
    """A number, also one written as text, such as `7776000s`; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = value.strip().removesuffix("s") if isinstance(value, str) else ""
    try:
        return float(text)
    except ValueError:
        return None


def every(*rules: ResourceRule) -> ResourceRule:
    """All of these rules hold."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        for one in rules:
            yield from one(resource, context)

    return rule


def either(*rules: ResourceRule) -> ResourceRule:
    """At least one of these rules holds; when none does, what the last says. An unknown one leaves the whole unknown."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        said: list[list[Finding]] = []
        for one in rules:
            findings = [each for each in one(resource, context) if each.verdict in {Verdict.FAIL, Verdict.UNKNOWN}]
            if not findings:
                return
            said.append(findings)
        unsure = [each for findings in said if all(one.verdict is Verdict.UNKNOWN for one in findings) for each in findings]
        yield from unsure or said[-1]

    return rule


def when(path: str, values: tuple[object, ...], then: ResourceRule, otherwise: str, *, default: object = None) -> ResourceRule:
    """The rule holds where the property has one of these values; elsewhere the control does not apply, and `otherwise` says why."""
    wanted = frozenset(map(_folded, values))

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        value = resource.get(path)
        if value is UNKNOWN:
            if _bad(list(then(resource, context))):
                yield unknown(f"whether it applies: {path} {LATER}", path)
        elif _folded(default if value is None else value) in wanted:
            yield from then(resource, context)
        else:
            yield not_applicable(otherwise)

    return rule


def _folded(value: object) -> object:
    if isinstance(value, str):
        return value.lower()
    return value if isinstance(value, bool | int | float | None) else repr(value)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _bad(findings: list[Finding]) -> bool:
    return any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in findings)


# Rules that need the rest of the stack.


def alone(rule: ResourceRule) -> LinkedRule:
    """A rule of one resource where one with its stack is wanted."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        del stack
        yield from rule(resource, context)

    return linked


def both(*rules: LinkedRule) -> LinkedRule:
    """All of these rules hold."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        for one in rules:
            yield from one(resource, stack, context)

    return linked


def has(
    kind: str, by: str, says: str, *, identity: str = "id", rule: ResourceRule | None = None, inline: str = "", inline_rule: ResourceRule | None = None
) -> LinkedRule:
    """A resource of another type belongs to this one through its property `by`, and at least one such satisfies `rule`.

    `identity`: the property of this one that `by` repeats when no link tells. `inline`: this one's own property that counts as well, if it
    satisfies `inline_rule` (a rule over this resource).
    """

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        inside = resource.get(inline) if inline else None
        candidates: list[list[Finding]] = []
        if inside is UNKNOWN:
            candidates.append([unknown(f"{inline} {LATER}", inline)])
        elif inside not in (None, "", [], {}):
            candidates.append(list(inline_rule(resource, context)) if inline_rule else [])
        settings, certain = stack.settings_of(resource, kind, by, identity=identity)
        candidates += [list(rule(one, context)) if rule else [] for one in settings]
        if any(not _bad(one) for one in candidates):
            return
        unsure = next((one for one in candidates if all(each.verdict is not Verdict.FAIL for each in one)), None)
        if unsure is not None:
            yield from unsure
        elif not certain:
            yield unknown(f"whether a {kind.rpartition(':')[2]} belongs to it is not known: one of them names its {by} only at the update")
        elif candidates:
            yield from candidates[-1]
        else:
            yield fail(says)

    return linked


def exists(cloud: str, tokens: tuple[str, ...], says: str, *, rule: ResourceRule | None = None) -> StackRule:
    """The stack has a resource of one of these types that satisfies the rule, when the environment lives on the cloud and the stack makes anything there.

    `cloud` is `aws`, `azure`, `entra` or `gcp`. Entra counts with Azure.
    """
    prefix = {"aws": "aws:", "azure": "azure-native:", "entra": "azuread:", "gcp": "gcp:"}[cloud]

    def whole(stack: Stack, context: Context) -> Iterator[Finding]:
        if {"entra": "azure"}.get(cloud, cloud) not in context.environment.clouds:
            yield not_applicable(f"the environment does not live on {cloud}")
            return
        if not any(one.startswith(prefix) for one in stack.types):
            yield not_applicable(f"this stack makes nothing on {cloud}")
            return
        said: list[list[Finding]] = []
        for one in stack.of(*tokens):
            findings = list(rule(one, context)) if rule else []
            if not _bad(findings):
                yield passed(f"{one.name} ({one.type})", urn=one.urn)
                return
            said.append([_at(each, one) for each in findings])
        if not said:
            yield fail(says)
            return
        yield from next((one for one in said if all(each.verdict is not Verdict.FAIL for each in one)), said[0])

    return whole


def _at(finding: Finding, resource: Resource) -> Finding:
    make = fail if finding.verdict is Verdict.FAIL else unknown
    return make(finding.message, finding.path, urn=resource.urn)


_KEYS = frozenset(
    {
        "aws:kms/key:Key",
        "aws:kms/alias:Alias",
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
        "azure-native:keyvault:Key",
        "azure-native:keyvault:Vault",
        "azure-native:keyvault:ManagedHsm",
        "azure-native:compute:DiskEncryptionSet",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/cryptoKeyVersion:CryptoKeyVersion",
    }
)
"""Types that a client's key is named by."""
_SERVICE_KEYS = ("alias/aws/", ":alias/aws/")


def own_key(path: str, says: str) -> LinkedRule:
    """The property names a key of the client's: one that this stack makes, or one that is not the service's own and not in a foreign account."""

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        values = list(resource.each(path))
        if not values:
            yield fail(says, path)
        for at, value in values:
            if value is UNKNOWN:
                if not any(one.type in _KEYS for one in stack.linked(resource, at)):
                    yield unknown(f"which key {LATER}, and it is made from no key of this stack", at)
            elif not isinstance(value, str) or not value:
                yield fail(says, at)
            elif any(mark in value or value.startswith(mark) for mark in _SERVICE_KEYS):
                yield fail(f"{says}: {value} is the service's own", at)
            elif foreign_account(value, context):
                yield fail(f"names a key of account {foreign_account(value, context)}, which is not the client's", at)

    return linked


def foreign_account(arn: str, context: Context) -> str | None:
    """The account of an AWS ARN when it is none of the client's; None when it is, or when the ARN names none."""
    parts = arn.split(":")
    account = parts[4] if len(parts) > 5 and parts[0] == "arn" else ""
    if len(account) != 12 or not account.isdigit():
        return None
    return None if account in context.client_accounts else account
