"""The revision of a policy document, carried inside the document from reading to writing.

Services that number their documents refuse a write that names an outdated number: what somebody else changed in between is not overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _policy

if TYPE_CHECKING:
    from handoff.model import Json

_MEMBER = "handoff:revision"


def carried(document: Json, revision: object) -> Json:
    """The document with its revision inside."""
    return {**document, _MEMBER: revision}


def split(text: str) -> tuple[str, str | None]:
    """The document as the service takes it, and the revision that it was read at; None for one that is new."""
    document = dict(_policy.parse(text, where="the policy to write"))
    revision = document.pop(_MEMBER, None)
    return _policy.text(document), None if revision is None else str(revision)
