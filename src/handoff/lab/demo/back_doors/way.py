"""One way in that is opened by hand, and the tries that show whether it works."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff import registry
from handoff.model import KindId, Login, Outcome, Party, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.model import Json


_TRY_S = 20
_OPEN, _CLOSED = frozenset({200}), frozenset({401, 403, 404})
"""Answers of a function's address: it ran; it asks for a signature; it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One credential, session or address, and the call that it is tried on."""

    name: str
    scope: Scope
    op: str
    params: Json
    login: Login | None = None
    """None: an address that is asked without any credential."""
    address: str = ""
    authority: str = ""
    """File of the certificate authority that the address's host is checked against."""

    def outcome(self) -> Outcome:
        """What a try of it gives now."""
        if self.login is not None:
            return registry.cloud("aws").attempt(self.scope, self.login, self.op, self.params).outcome
        return _asked(self.address, self.authority)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in. Those of the provider's are the back doors; the others have to go on working."""

    kind: KindId
    marks: tuple[str, ...]
    """Words that the listed path has, all of them, and no other path of its kind has."""
    text: str
    trials: tuple[Trial, ...] = ()
    party: Party = Party.PROVIDER


def found(way: Way, paths: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """The listed paths that are this way in: exactly one, when the listing is right."""
    return [one for one in paths if one.get("kind") == way.kind and all(mark in _told(one) for mark in way.marks)]


def _told(path: Mapping[str, object]) -> str:
    return " ".join(str(path.get(name, "")) for name in ("id", "holder", "allows"))


def _asked(address: str, authority: str) -> Outcome:
    parts = urlsplit(address)
    context = ssl.create_default_context(cafile=authority or None)
    connection = (
        http.client.HTTPSConnection(parts.netloc, timeout=_TRY_S, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.netloc, timeout=_TRY_S)
    )
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return Outcome.UNKNOWN
    finally:
        connection.close()
    return Outcome.WORKED if status in _OPEN else Outcome.REFUSED if status in _CLOSED else Outcome.UNKNOWN
