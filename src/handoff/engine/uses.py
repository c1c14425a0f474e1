"""Whose is a use? A path of the provider's that something else works through must not be cut unseen.

What comes from inside the client's (its addresses, a service of the cloud, a VPC endpoint of the estate) is a workload of the client's, whoever's the
credential is. What comes from the provider is what the exit is there to end. What comes from an address that nobody claims is refused as
well, as long as the spec says what the provider's addresses are; when it does not, nothing can be told apart, and that is said instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from handoff.errors import WorkloadInUse
from handoff.model import AccessPath, Party, Use

if TYPE_CHECKING:
    from handoff.spec import Engagement


class Verdict(StrEnum):
    """Where a use comes from."""

    PROVIDER = "provider"
    WORKLOAD = "workload"
    UNKNOWN = "unknown"
    """From an address that nobody claims, while the provider's are known."""
    UNTOLD = "untold"
    """From an address that nobody claims, and the spec names none of the provider's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One use, and what was made of it."""

    use: Use
    verdict: Verdict
    why: str


class Judge:
    """Judges uses for one engagement."""

    def __init__(self, spec: Engagement) -> None:
        parties = [(Party.CLIENT, "the client", spec.parties.client.identities), (Party.PROVIDER, "the provider", spec.parties.provider.identities)]
        if spec.parties.incoming is not None:
            parties.append((Party.INCOMING, "the incoming provider", spec.parties.incoming.identities))
        parties += [(Party.THIRD_PARTY, one.name, one.identities) for one in spec.parties.third_parties]
        self._nets = [(ip_network(cidr, strict=False), party, name) for party, name, ids in parties for cidr in ids.cidrs]
        self._accounts = {account: (party, name) for party, name, ids in parties for account in ids.aws.accounts}
        self._estate = {one.aws.account for one in spec.environments if one.aws}
        self._replaced = spec.exit.replaced
        self._knows_provider = bool(spec.parties.provider.identities.cidrs)

    def is_replaced(self, kind: str, id_: str) -> bool:
        """True when somebody decided that nothing needs it any more."""
        return any(fnmatchcase(kind, one.kind) and fnmatchcase(id_, one.id) for one in self._replaced)

    def judge(self, use: Use) -> Judged:
        """Where it comes from."""
        source = use.source
        if source.startswith("vpce-"):
            return self._endpoint(use, *source.partition("@")[::2])
        try:
            address = ip_address(source)
        except ValueError:
            return Judged(use=use, verdict=Verdict.WORKLOAD, why=f"a service of the cloud ({source})") if source else self._by(use, "no source is logged")
        # The narrowest network decides: a party's own block inside another's.
        claims = sorted(((-net.prefixlen, party, name) for net, party, name in self._nets if address in net), key=lambda one: one[0])
        if not claims:
            return self._by(use, f"nobody claims the address {source}")
        _, party, name = claims[0]
        return Judged(use=use, verdict=Verdict.PROVIDER if party is Party.PROVIDER else Verdict.WORKLOAD, why=f"{source} is of {name}")

    def _endpoint(self, use: Use, endpoint: str, account: str) -> Judged:
        if not account or account in self._estate:
            return Judged(use=use, verdict=Verdict.WORKLOAD, why=f"through {endpoint}, a VPC endpoint of the estate")
        party, name = self._accounts.get(account, (Party.UNKNOWN, "nobody known"))
        return Judged(use=use, verdict=_of(party), why=f"through {endpoint} of account {account}, which is of {name}")

    def _by(self, use: Use, why: str) -> Judged:
        """By who made the call, when the source tells nothing: only an account of its own tells, for users of the estate may be anybody's."""
        account = (use.by.split(":", 5) + [""] * 6)[4] if use.by.startswith("arn:") else use.by
        if account in self._accounts and account not in self._estate:
            party, name = self._accounts[account]
            return Judged(use=use, verdict=_of(party), why=f"by {use.by}, which is of {name}")
        return Judged(use=use, verdict=Verdict.UNKNOWN if self._knows_provider else Verdict.UNTOLD, why=why)


def _of(party: Party) -> Verdict:
    return Verdict.PROVIDER if party is Party.PROVIDER else Verdict.UNKNOWN if party is Party.UNKNOWN else Verdict.WORKLOAD


def refuse(used: Iterable[tuple[AccessPath, Judged]]) -> None:
    """Raises WorkloadInUse for paths that something other than the provider works through."""
    told = [
        f"  {path.kind} {path.id} in {path.scope}: {one.use.what} by {one.use.by}, {one.why}: {one.use.line}"
        for path, one in used
        if one.verdict in {Verdict.WORKLOAD, Verdict.UNKNOWN}
    ]
    if told:
        raise WorkloadInUse(f"{len(told)} path(s) of the provider's are in use by something else:\n" + "\n".join(told))
