"""What a statement of an IAM policy really bounds: conditions that narrow it, and those that only look so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource

CALLERS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpcsourceip",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Condition keys, in lower case, that say who calls or from where.

source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (read 2026-11-22)
"""
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def bound_by(statement: Statement, keys: Iterable[str]) -> bool:
    """A condition holds only for requests that carry one of these keys with a value that is spelled out."""
    wanted = frozenset(keys)
    return any(key in wanted and _is_positive(operator) and values and not any(map(_is_open, values)) for operator, key, values in statement.conditions)


def is_public(statement: Statement) -> bool:
    """It allows anyone, and no condition says who that may be."""
    return statement.is_anyone and not bound_by(statement, CALLERS)


def excludes_only(resource: Resource, path: str, statement: Statement) -> bool:
    """It allows everybody but those whom it names: an Allow with NotPrincipal."""
    return statement.effect == "Allow" and statement.is_negated and bool(statement.principals) and "NotPrincipal" in str(resource.get(path))


def _is_positive(operator: str) -> bool:
    name = operator.lower()
    return not name.startswith("forallvalues:") and "not" not in name and not name.endswith("ifexists") and name != "null"


def _is_open(value: str) -> bool:
    return not value.strip("*?") or value in _EVERYWHERE
