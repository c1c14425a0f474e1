"""One way in while it is read: who is named, whose they are, and when it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown
from handoff.model import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.resource import Resource
    from handoff.model import Clue

    from ._parties import Parties
    from ._ways import Way

LATER = "not known before the update"
_HOURS = re.compile(r"(\d{1,6})h(?:0m0s)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One way in that a resource makes."""

    cloud: str
    way: Way
    holder: str | Unknown
    party: Party
    why: str
    expires: date | Unknown | None = None
    """Last day on which it opens anything; None = never ends."""
    ends_elsewhere: str = ""
    """Not empty: another resource ends it, and this says which."""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way of one resource, while it is read."""

    resource: Resource
    way: Way
    parties: Parties
    cloud: str

    def end(self) -> date | Unknown | None:
        """What the property of its end says."""
        value = self.resource.get(self.way.ends) if self.way.ends else None
        if value is None:
            return self._relative_end()
        return UNKNOWN if value is UNKNOWN else day(value) if isinstance(value, str) else None

    def _relative_end(self) -> date | Unknown | None:
        lasts = self.beside("lasts")
        if lasts is UNKNOWN:
            return UNKNOWN
        hours = as_hours(lasts)
        return None if hours is None else self.parties.today + timedelta(hours=hours)

    def beside(self, meaning: str) -> object:
        """The value of a property beside the holder."""
        path = next((path for path, one in (self.way.beside or {}).items() if one == meaning), "")
        return self.resource.get(path) if path else None

    def names(self) -> Iterator[tuple[str, str | None]]:
        """Every holder that is named, with its path; None for one that is not known yet."""
        for at, value in self.resource.each(self.way.at):
            if isinstance(value, str):
                yield at, value
            elif value is UNKNOWN:
                yield at, None

    def later(self, at: str, why: str = LATER, expires: date | Unknown | None = UNKNOWN) -> Opening:
        """An opening of nobody knows whom."""
        return Opening(cloud=self.cloud, way=self.way, holder=UNKNOWN, party=Party.UNKNOWN, why=why, expires=expires, path=at)

    def by(self, at: str, holder: str, *clues: tuple[Clue, str], expires: date | Unknown | None = None, elsewhere: str = "") -> Opening:
        """An opening of whom the clues point to."""
        return self.told(at, holder, self.parties.whose(self.cloud, holder, *clues), expires=expires, elsewhere=elsewhere)

    def told(self, at: str, holder: str, answer: tuple[Party, str], *, expires: date | Unknown | None = None, elsewhere: str = "") -> Opening:
        """An opening whose party is known already."""
        return Opening(
            cloud=self.cloud,
            way=self.way,
            holder=holder,
            party=answer[0],
            why=answer[1],
            expires=expires,
            ends_elsewhere=elsewhere or self.way.ends_elsewhere,
            path=at,
        )


def as_hours(text: object) -> float | None:
    """The hours of a duration such as `2160h`; None for anything else."""
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    return float(found[1]) if found else None


def day(text: str) -> date | None:
    """The day of a moment in UTC; None for what is no moment."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).date()
