"""How far apart the runs of an AWS schedule expression lie: what a recovery point or a rotation is held against."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

_RATE = re.compile(r"rate\((\d{1,5}) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_NUMBER = re.compile(r"\d{1,2}")
_MONTHS = {name: number for number, name in enumerate(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1)}
_DAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)}
_SPAN = tuple(date(2025, 1, 1) + timedelta(days=number) for number in range(9 * 366))
"""Days enough to meet every distance that a yearly calendar has, leap days included."""
_ANY = frozenset({"*", "?"})
_DAY = 24 * 60


@lru_cache(maxsize=1024)
def interval(expression: str) -> timedelta | None:
    """The longest time between two runs; None for a form that is not understood, never a guess.

    source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html (read 2026-11-22)
    """
    text = " ".join(expression.split())
    rate = _RATE.fullmatch(text)
    if rate:
        return timedelta(**{f"{rate[2]}s": int(rate[1])}) or None
    cron = _CRON.fullmatch(text)
    fields = cron[1].upper().split() if cron else []
    return _between(*fields) if len(fields) == 6 else None


def _between(minute: str, hour: str, day: str, month: str, weekday: str, year: str) -> timedelta | None:
    """Six fields: a year that is not free ends the schedule, and a day by both calendars is no expression of AWS."""
    minutes, hours = _values(minute, 0, 59), _values(hour, 0, 23)
    days, months, weekdays = _values(day, 1, 31), _values(month, 1, 12, _MONTHS), _values(weekday, 1, 7, _DAYS)
    if year != "*" or (day not in _ANY and weekday not in _ANY) or not minutes or not hours or not days or not months or not weekdays:
        return None
    times = sorted(60 * one + other for one in hours for other in minutes)
    runs = [one for one in _SPAN if one.month in months and one.day in days and one.isoweekday() % 7 + 1 in weekdays]
    if len(runs) < 2:
        return None
    within = max((later - earlier for earlier, later in pairwise(times)), default=0)
    across = max((later - earlier).days for earlier, later in pairwise(runs)) * _DAY - times[-1] + times[0]
    return timedelta(minutes=max(within, across))


def _values(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int] | None:
    """The numbers that a field stands for; None when it uses L, W, #, a range that wraps, or anything else."""
    found: set[int] = set()
    for part in text.split(","):
        base, slash, step = part.partition("/")
        first, dash, last = base.partition("-")
        if base in _ANY:
            start, end = low, high
        else:
            one, other = _number(first, names), _number(last, names) if dash else None
            if one is None or (dash and other is None):
                return None
            start, end = one, other if other is not None else high if slash else one
        width = _number(step, None) if slash else 1
        if not width or not low <= start <= end <= high:
            return None
        found.update(range(start, end + 1, width))
    return frozenset(found)


def _number(text: str, names: dict[str, int] | None) -> int | None:
    if _NUMBER.fullmatch(text):
        return int(text)
    return names.get(text) if names else None
