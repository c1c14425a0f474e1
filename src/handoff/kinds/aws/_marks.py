"""Marks that people leave on things: tags, and mail addresses in names and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json

Found = tuple[Clue, str]


def pairs(tags: object) -> Iterator[tuple[str, str]]:
    """Tags as pairs, in whichever of its forms the service gives them; those that AWS itself sets are left out, for they say nothing and cannot be put back."""
    found: Iterable[tuple[object, object]] = ()
    if isinstance(tags, Mapping):
        found = tags.items()
    elif isinstance(tags, list | tuple):
        found = ((tag.get("Key", tag.get("key")), tag.get("Value", tag.get("value")) or "") for tag in tags if isinstance(tag, Mapping))
    yield from sorted((str(key), str(value)) for key, value in found if not str(key).startswith("aws:"))


def of_tags(tags: object) -> tuple[Found, ...]:
    """The tags themselves, and the mail addresses in their values."""
    listed = list(pairs(tags))
    return (*((Clue.TAG, f"{key}={value}") for key, value in listed), *of_texts(*(value for _, value in listed)))


def of_texts(*texts: object) -> tuple[Found, ...]:
    """The mail addresses in names and descriptions."""
    return _people.mails(*(str(text) for text in texts if text))


def wanted(tags: object) -> list[Json]:
    """The tags as the calls that make things want them, sorted."""
    return [{"Key": key, "Value": value} for key, value in pairs(tags)]
