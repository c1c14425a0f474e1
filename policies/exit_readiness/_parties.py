"""Whose a holder is, asked of the exit's own attribution: made once for a run, every answer kept."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from handoff.engine.attribute import Attributor
from handoff.model import AccessPath, Clue, KindId, Party, Scope, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.spec import Identities

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Answer = tuple[Party, str]
_SCOPES = {"aws": ScopeType.AWS_ACCOUNT, "azure": ScopeType.AZURE_SUBSCRIPTION, "gcp": ScopeType.GCP_PROJECT}
_MEMO = "exit parties"


class Parties:
    """The parties of one run."""

    def __init__(self, context: Context) -> None:
        self._attributor = Attributor(context.engagement)
        self.today = context.today
        self._known: dict[tuple[str, tuple[tuple[Clue, str], ...]], Answer] = {}
        self.account = context.environment.aws.account if context.environment.aws else ""
        self._blocks = tuple(_blocks(context))
        self._networks = tuple((party, network) for party, ids in self._blocks for network in map(as_network, ids.cidrs) if network)

    def whose(self, cloud: str, holder: str, *clues: tuple[Clue, str]) -> Answer:
        """The party that the clues point to, and why."""
        found = self._known.get((cloud, clues))
        if found is None:
            scope = Scope(type=_SCOPES[cloud], id="")
            said = self._attributor.attribute(AccessPath(kind=KindId("preview"), id=holder, scope=scope, holder=holder, allows="", clues=clues))
            found = self._known[cloud, clues] = (said.party, said.why)
        return found

    def of_issuer(self, issuer: str) -> Answer:
        """The party that names an issuer, whatever the subject."""
        plain = _plain(issuer)
        party = next((party for party, ids in self._blocks if any(_plain(one.issuer) == plain for one in ids.oidc)), Party.UNKNOWN)
        return party, f"issuer {issuer} is of {'no party' if party is Party.UNKNOWN else party.value}"

    @property
    def has_networks(self) -> bool:
        """Whether a network of somebody other than the client is known at all."""
        return any(party is not Party.CLIENT for party, _ in self._networks)

    def of_network(self, text: str) -> Answer | None:
        """The other party that a range lets in; None when it is nobody's that the spec names, or wider than a quarter of the internet."""
        if not self._networks:
            return None
        asked = as_network(text)
        for party, network in self._networks:
            if party is not Party.CLIENT and asked is not None and asked.version == network.version and asked.prefixlen > 1 and asked.overlaps(network):
                return party, f"{network} is of the {party.value}"
        return None


def parties(context: Context) -> Parties:
    """The parties of this run."""
    known = context.memo.get(_MEMO)
    if not isinstance(known, Parties):
        known = context.memo[_MEMO] = Parties(context)
    return known


def as_network(text: str) -> Network | None:
    """An address or a range; None for anything else, such as a service tag."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _plain(issuer: str) -> str:
    return issuer.rstrip("/").removeprefix("https://")


def _blocks(context: Context) -> Iterator[tuple[Party, Identities]]:
    found = context.engagement.parties
    yield Party.CLIENT, found.client.identities
    yield Party.PROVIDER, found.provider.identities
    if found.incoming is not None:
        yield Party.INCOMING, found.incoming.identities
    for one in found.third_parties:
        yield Party.THIRD_PARTY, one.identities
