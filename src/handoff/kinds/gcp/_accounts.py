"""What a service account tells of who it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from handoff.model import Clue

if TYPE_CHECKING:
    from handoff.model import Json

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARK = re.compile(r"(?<!\S)([\w:./-]+=[\w:./@-]+)")
"""Service accounts carry no labels, so marks such as `handoff:party=provider` stand as words of the description."""


def clues(account: Json) -> Iterator[tuple[Clue, str]]:
    """The account itself, the marks in its description, and every address that its texts name."""
    yield Clue.PRINCIPAL, f"serviceAccount:{account['email']}"
    text = f"{account.get('displayName', '')} {account.get('description', '')}"
    for mark in _MARK.findall(text):
        yield Clue.TAG, mark
    for address in sorted({found.lower() for found in _EMAIL.findall(text)}):
        yield Clue.EMAIL, address
