"""Moments and spans as the directory writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_HOURS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def moment(value: object) -> datetime | None:
    """`2026-12-31T00:00:00Z` or `2026-12-31`; None for anything else."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if when is None else when if when.tzinfo else when.replace(tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return midnight(day) + timedelta(days=1)


def midnight(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), UTC)


def span(value: object) -> timedelta | None:
    """`2160h`, `240h30m` or `P90D`; None for anything else, and for nothing. Months and years are at their longest."""
    text = value.strip() if isinstance(value, str) else ""
    found = _HOURS.fullmatch(text)
    if found and text:
        hours, minutes, seconds = (float(one or 0) for one in found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    found = _ISO.fullmatch(text.upper())
    if found and any(found.groups()):
        years, months, weeks, days, hours, minutes, seconds = (float(one or 0) for one in found.groups())
        return timedelta(days=366 * years + 31 * months + 7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds)
    return None
