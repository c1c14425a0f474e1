"""Comparing two identity policies, to say whether one may allow what the other does not.

Statements are compared one by one, never by what they add up to; so the answer errs towards yes.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from handoff.kinds.aws._policy import listed

if TYPE_CHECKING:
    from handoff.model import Json


def may_allow_more(old: Json, force: Json) -> bool:
    """True unless every Allow of `old` lies inside one of `force`, and every Deny of `force` is in `old` as well."""
    wider = [statement for statement in _statements(force) if statement.get("Effect") == "Allow"]
    denies = [statement for statement in _statements(old) if statement.get("Effect") == "Deny"]
    loose = any(not any(_holds(one, statement) for one in wider) for statement in _statements(old) if statement.get("Effect") == "Allow")
    undenied = any(not any(_holds(one, statement) for one in denies) for statement in _statements(force) if statement.get("Effect") == "Deny")
    return loose or undenied


def _holds(outer: Json, inner: Json) -> bool:
    """True when all that the inner statement names is named by the outer one too."""
    if outer.get("Condition") and outer.get("Condition") != inner.get("Condition"):
        return False
    for name in ("NotAction", "NotResource"):
        if name in outer or name in inner:
            return _bare(outer) == _bare(inner)
    return _covered(outer.get("Action"), inner.get("Action"), lower=True) and _covered(outer.get("Resource"), inner.get("Resource"), lower=False)


def _covered(patterns: object, names: object, *, lower: bool) -> bool:
    # A name may itself be a pattern: `s3:*` covers `s3:Get*`, since a star stands for any text, a star too.
    wide = [_plain(one, lower=lower) for one in listed(patterns)]
    return all(any(fnmatchcase(_plain(name, lower=lower), one.replace("[", "[[]")) for one in wide) for name in listed(names))


def _plain(text: object, *, lower: bool) -> str:
    return str(text).lower() if lower else str(text)


def _bare(statement: Json) -> dict[str, object]:
    return {name: sorted(map(str, listed(value))) if name != "Condition" else value for name, value in statement.items() if name != "Sid"}


def _statements(document: Json) -> list[Json]:
    return [statement for statement in listed(document.get("Statement")) if isinstance(statement, dict)]
