"""Users of the Redis-compatible services: who may do what is an access string, and its first word is a switch. One base for both services."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Receipt, Writer


class AccessStringUser(Item):
    """One user. Setting it off keeps its rights and its password, so it is undone by setting it on."""

    row = "A34"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # A connection is signed in once, and lives for at most 12 hours where IAM signs in.
    lag = Lag(settle_s=300, survives_s=12 * 3600, source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html (read 2026-11-22)")
    blind = "Who knows a password; clusters without users, which one token or nothing at all protects; connections that are signed in already."

    @abstractmethod
    def users(self, reader: Reader, name: str = "", /) -> Iterable[Json]:
        """Every user of the region, or the one of this name."""

    @abstractmethod
    def name_of(self, user: Json, /) -> str:
        """The name that calls go by."""

    @abstractmethod
    def modify(self, writer: Writer, name: str, access: str, /) -> Receipt:
        """Set the access string."""

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user that is on."""
        for user in self.users(reader):
            if _is_off(str(user.get("AccessString") or "")):
                continue
            name = self.name_of(user)
            how = str(_authentication(user))
            open_ = how == "no-password" or how == "no-password-required"
            secret = (Clue.EVERYONE, "no password is asked for") if open_ else (Clue.SHARED_SECRET, f"whoever set the password of {name} up may know it")
            yield AccessPath(
                kind=self.id,
                id=str(user["ARN"]),
                scope=reader.scope,
                holder=f"user {name}",
                allows=f"read and write caches and databases as `{user.get('AccessString')}`",
                clues=(*_marks.of_texts(name), *(() if how == "iam" else (secret,)), (Clue.NAME, str(user.get("UserName") or name))),
                detail={"name": name, "authentication": how},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The access string, which holds no password."""
        user = next((one for one in self.users(reader, str(path.detail["name"])) if one["ARN"] == path.id), None)
        return {"access": str(user.get("AccessString") or "")} if user else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the access string's first word."""
        return f"{path.holder} is set `off`, so that nobody signs in as it; undone by the access string as it was"

    def is_off(self, state: Json, /) -> bool:
        """Redis takes the last word that switches."""
        return _is_off(str(state["access"]))

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Set off what it says now."""
        state = self.image(writer, path) or before
        words = [word for word in str(state["access"]).split() if word not in {"on", "off"}]
        yield self.modify(writer, str(path.detail["name"]), " ".join(["off", *words]))

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """As it was."""
        yield self.modify(writer, str(path.detail["name"]), str(before["access"]))


def _is_off(access: str) -> bool:
    switches = [word for word in access.split() if word in {"on", "off"}]
    return not switches or switches[-1] == "off"


def _authentication(user: Json) -> object:
    told = user.get("Authentication")
    return told.get("Type", "") if isinstance(told, dict) else ""
