"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.

source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (read 2026-11-22)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.iam._operators import Truth
from handoff.iam.match import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

_VARIABLE = re.compile(r"\$\{\s*([^},]*?)\s*(?:,\s*'([^']*)'\s*)?\}")


def expand(text: str, lookup: Callable[[str], object], *, as_pattern: bool) -> str | Truth | None:
    """The text with every variable replaced. None: a variable has no value, so the text matches nothing; UNKNOWN: its value is not known.

    A key with several values cannot be a variable. With `as_pattern` a value's own stars are quoted.
    """
    if "${" not in text:
        return text
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], found[2], lookup)
        if value is None or isinstance(value, Truth):
            return value
        parts += [text[end : found.start()], quoted(value) if as_pattern else value]
        end = found.end()
    return "".join([*parts, text[end:]])


def _value(key: str, default: str | None, lookup: Callable[[str], object]) -> str | Truth | None:
    if key in {"*", "?", "$"}:
        return key
    value = lookup(key)
    if value is None or value == ():
        return default
    if isinstance(value, tuple):
        return str(value[0]) if len(value) == 1 else None
    return Truth.UNKNOWN
