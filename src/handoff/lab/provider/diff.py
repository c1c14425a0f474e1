"""What differs: inputs from old inputs, and what an emulator holds from what was asked of it."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.values import Asset, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.provider.record import Properties, Record

_NO_SETS: frozenset[str] = frozenset()


class Change(Enum):
    """What happened to one property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


def same(one: object, other: object, *, path: str = "", unordered: frozenset[str] = _NO_SETS) -> bool:
    """Equal in meaning: JSON texts by content, lists of plain scalars and the `unordered` ones without order, unset as empty."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    if empty(one) or empty(other):
        return empty(one) and empty(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key), path=_below(path, key), unordered=unordered) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return _same_list(one, other, path, unordered)
    return _same_scalar(one, other)


def empty(value: object) -> bool:
    """Whether a vendor would treat the value as not set."""
    if isinstance(value, dict):
        return all(empty(item) for item in value.values())
    return value is None or value is False or value == "" or value == []


def changes(old: Properties, new: Properties, record: Record) -> dict[str, Change]:
    """Property path -> what happened, from old inputs to new ones; objects are looked into, lists are one value."""
    return dict(_changes(old, new, "", record.unordered))


def adopt(inputs: Properties, outputs: Properties, found: Properties, record: Record) -> Properties:
    """The inputs that would have led to what was found: the old ones where they still hold, the found ones where they do not."""
    adopted = {key: value for key, value in inputs.items() if key not in record.handled}
    for key in sorted(record.handled):
        value = _adopt(inputs.get(key), outputs.get(key), found.get(key), key, record.unordered)
        if value is not None:
            adopted[key] = value
    return adopted


def not_held(inputs: Properties, found: Properties, record: Record) -> list[str]:
    """Handled inputs, by path, that the emulator was given and does not give back."""
    asked = {key: value for key, value in inputs.items() if key in record.handled}
    held = {key: _adopt(value, found.get(key), found.get(key), key, record.unordered) for key, value in asked.items()}
    return sorted(changes(asked, held, record))


def _changes(old: Properties, new: Properties, prefix: str, unordered: frozenset[str]) -> Iterator[tuple[str, Change]]:
    for key in sorted(old.keys() | new.keys()):
        path = _below(prefix, key)
        before, after = old.get(key), new.get(key)
        if same(before, after, path=path, unordered=unordered):
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changes(before, after, path, unordered)
        else:
            yield path, Change.ADD if before is None else Change.DELETE if after is None else Change.UPDATE


def _adopt(asked: Any, known: Any, found: Any, path: str, unordered: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON value
    if asked is None:
        return None if empty(found) or same(found, known, path=path, unordered=unordered) else found
    if same(asked, found, path=path, unordered=unordered):
        return asked
    if isinstance(asked, dict) and isinstance(found, dict):
        before = known if isinstance(known, dict) else {}
        keys = sorted(asked.keys() | found.keys())
        parts = {key: _adopt(asked.get(key), before.get(key), found.get(key), _below(path, key), unordered) for key in keys}
        return {key: value for key, value in parts.items() if value is not None}
    if isinstance(asked, list) and isinstance(found, list) and len(asked) == len(found) and path not in unordered:
        former: list[Any] = known if isinstance(known, list) and len(known) == len(found) else [None] * len(found)
        return [_adopt(a, b, c, path, unordered) for a, b, c in zip(asked, former, found, strict=True)]
    return found


def _same_list(one: list[Any], other: list[Any], path: str, unordered: frozenset[str]) -> bool:
    if len(one) != len(other):
        return False
    if path in unordered or not any(isinstance(item, dict | list) for item in (*one, *other)):
        one, other = sorted(one, key=_rank), sorted(other, key=_rank)
    return all(same(a, b, path=path, unordered=unordered) for a, b in zip(one, other, strict=True))


def _same_scalar(one: object, other: object) -> bool:
    if isinstance(one, Asset) and isinstance(other, Asset):
        return bool(one.wire.get("hash", one.wire) == other.wire.get("hash", other.wire))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict | str) and isinstance(other, dict | str):
        one, other = _text(one), _text(other)
        return one == other or _same_json(one, other)
    return bool(one == other)


def _same_json(one: str, other: str) -> bool:
    if not (one[:1] in "{[" and other[:1] in "{["):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _text(value: object) -> str:
    """Documents may be given as objects or as their JSON text."""
    return value if isinstance(value, str) else json.dumps(value)


def _rank(value: object) -> str:
    """Equal for values that are the same in meaning, so that sorting brings them side by side."""
    return json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if not empty(item)}
    if isinstance(value, list):
        return (
            sorted((_plain(item) for item in value), key=str) if not any(isinstance(item, dict | list) for item in value) else [_plain(item) for item in value]
        )
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
