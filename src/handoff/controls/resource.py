"""One resource as a control sees it, whoever supplied it: the engine, an exported state or a preview."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NoReturn

SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
"""Type tags of the engine. source: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/sig/sig.go (read 2026-11-22)"""
_SENTINELS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What stands in a preview for a value that is not known yet. source: proxy.py of pulumi-policy 1.21 (read 2026-11-22)"""
_REDACTED = "[secret]"
_STEP = re.compile(r"([^.\[\]]+)|\[(\*|\d+)\]")


class Unknown:
    """A value that nobody knows yet. Asking whether it is true raises, so that no rule takes it for yes or no by accident."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown value is neither true nor false; test `is UNKNOWN` first")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def plain(value: object) -> object:
    """Engine notation turned into plain values: sentinels and secrets that cannot be read become UNKNOWN, readable secrets their value."""
    if isinstance(value, str):
        return UNKNOWN if value in _SENTINELS or value == _REDACTED else value
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return _signed(value)
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _signed(value: Mapping[str, object]) -> object:
    tag = value[SIGNATURE]
    if tag == _SECRET and isinstance(value.get("plaintext"), str):
        return plain(json.loads(str(value["plaintext"])))
    if tag in {_SECRET, _OUTPUT}:
        return plain(value["value"]) if "value" in value else UNKNOWN
    return {key: plain(one) for key, one in value.items() if key != SIGNATURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider of a resource: an explicit one, or the default one with what the stack's configuration says."""

    type: str
    inputs: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource and its inputs as plain values."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, object]
    provider: Provider | None = None
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """URNs that each input property was made from."""

    def get(self, path: str) -> object:
        """The value at a path such as `encryption.keySource`; None when it is not set, UNKNOWN when it, or what holds it, is not known."""
        if "." not in path and "[" not in path:
            return self.inputs.get(path)
        return next((value for _, value in self.each(path)), None)

    def each(self, path: str) -> Iterator[tuple[str, object]]:
        """Every value at a path that may hold `[*]`, with its own path; values that are not set are left out."""
        steps = _steps(path)
        if len(steps) == 1:  # most paths; no walk for them
            value = self.inputs.get(path)
            if value is not None:
                yield path, value
            return
        yield from _walk(self.inputs, steps, "")


@cache
def _steps(path: str) -> tuple[tuple[str, str], ...]:
    return tuple(_STEP.findall(path))


def _walk(value: object, steps: tuple[tuple[str, str], ...], at: str) -> Iterator[tuple[str, object]]:
    if value is UNKNOWN:
        yield at, UNKNOWN
    elif not steps:
        if value is not None:
            yield at, value
    elif steps[0][0] and isinstance(value, Mapping):
        name = steps[0][0]
        yield from _walk(value.get(name), steps[1:], f"{at}.{name}" if at else name)
    elif steps[0][1] and isinstance(value, list | tuple):
        for number, one in enumerate(value):
            if steps[0][1] in {"*", str(number)}:
                yield from _walk(one, steps[1:], f"{at}[{number}]")


class Stack:
    """Every resource of one stack."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_urn = {one.urn: one for one in self.resources}
        self._by_type: dict[str, list[Resource]] = {}
        for one in self.resources:
            self._by_type.setdefault(one.type, []).append(one)
        self.memo: dict[str, object] = {}
        """What a rule works out once for the whole stack, under a name of its own."""
        self._by_name: dict[tuple[str, ...], dict[str, list[Resource]]] = {}
        self._owned: dict[tuple[str, str], tuple[dict[str, list[Resource]], dict[str, list[Resource]], list[Resource]]] = {}

    def of(self, *types: str) -> tuple[Resource, ...]:
        """The resources of these types, each type in the order of the stack."""
        return tuple(one for token in types for one in self._by_type.get(token, ()))

    @property
    def types(self) -> frozenset[str]:
        """Every type that the stack has a resource of."""
        return frozenset(self._by_type)

    def find(self, urn: str) -> Resource | None:
        """The resource of this URN."""
        return self._by_urn.get(urn)

    def called(self, properties: tuple[str, ...], name: str) -> tuple[Resource, ...]:
        """The resources that have this text in one of these input properties: where names stand. Indexed once."""
        index = self._by_name.get(properties)
        if index is None:
            index = self._by_name[properties] = {}
            for one in self.resources:
                for value in {value for key in properties if isinstance(value := one.inputs.get(key), str)}:
                    index.setdefault(value, []).append(one)
        return tuple(index.get(name, ()))

    def linked(self, resource: Resource, path: str) -> tuple[Resource, ...]:
        """The resources that the top-level property of a path was made from."""
        name = path.split(".", 1)[0].split("[", 1)[0]
        found = (self._by_urn.get(urn) for urn in resource.links.get(name, ()))
        return tuple(one for one in found if one is not None)

    def made_from(self, resource: Resource, name: str, *types: str) -> tuple[Resource, ...]:
        """The resources of these types that an input property was made from."""
        found = (self._by_urn.get(urn) for urn in resource.links.get(name, ()))
        return tuple(one for one in found if one is not None and one.type in types)

    def settings_of(self, owner: Resource, kind: str, name: str, *, identity: str) -> tuple[tuple[Resource, ...], bool]:
        """Resources of a type that belong to an owner through a property, and whether all could be told.

        A link decides; else the property's value is compared with the owner's `identity` property. False: at least one of the
        type neither links nor has a known value, so it may or may not be the owner's.
        """
        by_link, by_value, unsure = self._index(kind, name)
        own = owner.get(identity)
        mine = list(by_link.get(owner.urn, ()))
        if own is UNKNOWN:
            return tuple(mine), not unsure and not by_value
        if isinstance(own, str):
            mine += by_value.get(own, ())
        return tuple(mine), not unsure

    def _index(self, kind: str, name: str) -> tuple[dict[str, list[Resource]], dict[str, list[Resource]], list[Resource]]:
        """Resources of a type by the owner they are linked to, by the owner's name, and those of whom neither is known. Made once."""
        known = self._owned.get((kind, name))
        if known is not None:
            return known
        by_link: dict[str, list[Resource]] = {}
        by_value: dict[str, list[Resource]] = {}
        unsure: list[Resource] = []
        for one in self.of(kind):
            value = one.get(name)
            if one.links.get(name):
                for urn in one.links[name]:
                    by_link.setdefault(urn, []).append(one)
            elif value is UNKNOWN:
                unsure.append(one)
            elif isinstance(value, str):
                by_value.setdefault(value, []).append(one)
        self._owned[kind, name] = by_link, by_value, unsure
        return by_link, by_value, unsure
