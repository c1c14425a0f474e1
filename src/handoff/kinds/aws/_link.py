"""Network links: things with two ends, one of them somebody else's. One base for the family; a kind says how a link is listed, read and ended."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from handoff.kinds.aws import _ec2
from handoff.kinds.aws._item import Item
from handoff.model import ScopeType, Verdict

if TYPE_CHECKING:
    from handoff.model import AccessPath, Json, Reader


class Link(Item):
    """One link. Ending it cannot be undone: both ends have to agree on a new one."""

    row = "A29"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = _ec2.LAG
    asked: frozenset[str] = frozenset()
    """States in which the other end has asked and nobody has said yes."""
    ending = frozenset({"deleting", "rejecting"})
    ended = frozenset({"deleted", "rejected"})

    @abstractmethod
    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The link as the API shows it now, or None."""

    @abstractmethod
    def state_of(self, link: Json, /) -> str:
        """Its state, in the API's word."""

    def is_open(self, link: Json) -> bool:
        """True while packets can come through it, or would as soon as somebody said yes."""
        return self.state_of(link) not in self.ending | self.ended

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is open, or only asked for."""
        link = self.link(reader, path)
        if link is None or not self.is_open(link):
            return None
        return {"state": "asked" if self.state_of(link) in self.asked else "open"}

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the link's own state: one that is being taken down is neither there nor gone."""
        link = self.link(reader, path)
        if link is None or self.state_of(link) in self.ended:
            return Verdict.GONE
        return Verdict.UNKNOWN if self.state_of(link) in self.ending else Verdict.ALIVE
