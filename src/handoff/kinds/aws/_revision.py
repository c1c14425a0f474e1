"""The revision of a policy document, carried inside the document from reading to writing.

Services that number their documents refuse a write that names an outdated number: what somebody else changed in between is not overwritten.
"""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _policy
from handoff.kinds.aws._resource_policy import ResourcePolicy, held_of
from handoff.model import AROUND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Reader, Receipt, Verb, Writer

_MEMBER = "handoff:revision"


class RevisedPolicy(ResourcePolicy, ABC):
    """A resource policy whose service numbers it. No image keeps the number: it is another after each write."""

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """As its base, without the number."""
        found = super().image(reader, path)
        return {**found, AROUND: _without(cast("Json", found[AROUND]))} if found else None

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """As its base, at the number of now."""
        document = self._document(writer, held_of(path))
        if document is not None and AROUND in before:
            before = {**before, AROUND: carried(cast("Json", before[AROUND]), document.get(_MEMBER))}
        yield from super().undo(writer, path, verb, before)


def carried(document: Json, revision: object) -> Json:
    """The document with its revision inside."""
    return {**document, _MEMBER: revision}


def split(text: str) -> tuple[str, str | None]:
    """The document as the service takes it, and the revision that it was read at; None for one that is new."""
    document = _policy.parse(text, where="the policy to write")
    revision = document.get(_MEMBER)
    return _policy.text(_without(document)), None if revision is None else str(revision)


def _without(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != _MEMBER}
