"""What each condition operator compares. The value asked about may be a pattern, and then an answer may be UNKNOWN."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
import operator
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from handoff.iam import match

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Values = tuple[str, ...]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Truth(Enum):
    """Three values: a condition on something that is not known neither holds nor fails."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


def of(found: bool) -> Truth:
    """A plain truth value."""
    return Truth.TRUE if found else Truth.FALSE


def negation(found: Truth) -> Truth:
    """The opposite; not known stays not known."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(found, found)


NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
"""Negated operators and the plain ones they turn round."""


def _equals(value: str, wanted: Values, is_pattern: bool) -> Truth:
    if not is_pattern or not match.has_wildcard(value):
        return of(value in wanted)
    return Truth.UNKNOWN if any(match.like(value, one) for one in wanted) else Truth.FALSE


def _equals_any_case(value: str, wanted: Values, is_pattern: bool) -> Truth:
    return _equals(value.lower(), tuple(one.lower() for one in wanted), is_pattern)


def _like(value: str, wanted: Values, is_pattern: bool) -> Truth:
    if not is_pattern or not match.has_wildcard(value):
        return of(any(match.like(one, value) for one in wanted))
    if any(match.covers(one, value) for one in wanted):
        return Truth.TRUE
    return Truth.UNKNOWN if any(match.meet(one, value) for one in wanted) else Truth.FALSE


def _arn(value: str, wanted: Values, is_pattern: bool) -> Truth:
    if not is_pattern or not match.has_wildcard(value):
        return of(any(match.arn(one, value) for one in wanted))
    if any(match.arn_covers(one, value) for one in wanted):
        return Truth.TRUE
    return Truth.UNKNOWN if any(match.arn_meet(one, value) for one in wanted) else Truth.FALSE


def _bool(value: str, wanted: Values, is_pattern: bool) -> Truth:
    return Truth.UNKNOWN if is_pattern and match.has_wildcard(value) else of(value.lower() in {one.lower() for one in wanted})


def _binary(value: str, wanted: Values, is_pattern: bool) -> Truth:
    given = _bytes(value)
    return of(given is not None and given in {_bytes(one) for one in wanted})


def _ordered(compare: Callable[[float, float], bool], read: Callable[[str], float], value: str, wanted: Values, is_pattern: bool) -> Truth:
    """What is no number, or no date, compares with nothing."""
    if is_pattern and match.has_wildcard(value):
        return Truth.UNKNOWN
    given = read(value)
    return of(any(compare(given, read(one)) for one in wanted))


def _address(value: str, wanted: Values, is_pattern: bool) -> Truth:
    given = network(value)
    if given is None:
        return Truth.UNKNOWN if is_pattern and match.has_wildcard(value) else Truth.FALSE
    nets = [net for net in map(network, wanted) if net is not None and net.version == given.version]
    if any(_inside(given, net) for net in nets):
        return Truth.TRUE
    return of(False) if not any(given.overlaps(net) for net in nets) else Truth.UNKNOWN


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """An address or a range; None for anything else."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _inside(one: Network, other: Network) -> bool:
    return other.prefixlen <= one.prefixlen and one.network_address in other


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}

OPERATORS: Mapping[str, Callable[[str, Values, bool], Truth]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_any_case,
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _address,
    **{f"numeric{name}": partial(_ordered, compare, _number) for name, compare in _ORDERS.items()},
    **{f"date{name}": partial(_ordered, compare, _moment) for name, compare in _ORDERS.items()},
}
"""Plain operators by their names in lower case: a value, the alternatives of the policy, and whether the value is a pattern."""
