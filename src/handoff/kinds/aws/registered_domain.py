"""Domains that are registered through the account: their contacts, and the name servers that answer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ends, _zones
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

_CONTACTS = ("AdminContact", "BillingContact", "RegistrantContact", "TechContact")
_SERVERS = "name servers"


class RegisteredDomain(Item):
    """One mail address of one contact, or name servers that are not those of a zone of the account's. Who is to follow them only the client can say."""

    id = KindId("aws.registered_domain")
    title = "Registered domain: contacts and name servers"
    row = "A31"
    source = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_GetDomainDetail.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    # A new registrant's address has to be confirmed by mail; the registry shows it within three days.
    lag = Lag(settle_s=0, survives_s=0, source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-update-contacts.html (read 2026-11-22)")
    reads = _zones.READS | {"route53domains:GetDomainDetail", "route53domains:ListDomains"}
    writes: frozenset[str] = frozenset()
    fences = frozenset(
        {
            "route53domains:DisableDomainTransferLock",
            "route53domains:RetrieveDomainAuthCode",
            "route53domains:TransferDomainToAnotherAwsAccount",
            "route53domains:UpdateDomainContact",
            "route53domains:UpdateDomainNameservers",
        }
    )
    creates = frozenset({"aws:route53domains/domain:Domain", "aws:route53domains/registeredDomain:RegisteredDomain"})
    blind = "Domains of the client's that are registered elsewhere, or in an account of the provider's; authorization codes that were handed out; the registry's own records."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every contact's address of every domain, and name servers of others."""
        zones: list[Json] | None = None
        names = (str(domain["DomainName"]) for domain in reader.read("route53domains:ListDomains"))
        for domain in fan.each(lambda name: reader.get("route53domains:GetDomainDetail", DomainName=name), names):
            if domain is None:
                continue
            for contact in _CONTACTS:
                if mail := _mail(domain, contact):
                    yield self._path(reader, domain, contact, mail, _ends.of_mail(mail), f"answer the registrar for {domain['DomainName']} as its {contact}")
            zones = _zones.public(reader) if zones is None else zones
            servers = _servers(domain)
            if servers and frozenset(servers) not in _zones.servers(reader, zones, str(domain["DomainName"])):
                clues = tuple((Clue.DOMAIN, server) for server in servers)
                yield self._path(reader, domain, _SERVERS, ", ".join(servers), clues, f"answer for {domain['DomainName']} and everything below it")

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The contact's address, or the name servers, while they are these."""
        domain = reader.get("route53domains:GetDomainDetail", DomainName=path.detail["domain"])
        what = str(path.detail["what"])
        now = ", ".join(_servers(domain or {})) if what == _SERVERS else _mail(domain or {}, what)
        return {"value": now} if now and now == path.detail["value"] else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Who does what, and where."""
        domain, what = path.detail["domain"], path.detail["what"]
        if what == _SERVERS:
            return (
                f"the client makes a zone for {domain} in its own account with the same records, and names its servers for the domain (Route 53, Registered domains, "
                f"Edit name servers); {path.detail['value']} are then no longer the domain's name servers"
            )
        return (
            f"the client puts its own mailbox in as {what} of {domain} (Route 53, Registered domains, Edit contact info), confirms the mail, and sets the transfer "
            f"lock; {path.detail['value']} is then no longer the contact's address"
        )

    def _path(self, reader: Reader, domain: Json, what: str, value: str, clues: tuple[tuple[Clue, str], ...], allows: str) -> AccessPath:
        name = str(domain["DomainName"])
        return AccessPath(
            kind=self.id,
            id=f"{name}#{what}#{value}",
            scope=reader.scope,
            holder=value,
            allows=allows,
            clues=clues,
            detail={"domain": name, "what": what, "value": value},
        )


def _mail(domain: Json, contact: str) -> str:
    return str(cast("Json", domain.get(contact) or {}).get("Email") or "").lower()


def _servers(domain: Json) -> list[str]:
    return sorted(str(one["Name"]).rstrip(".").lower() for one in cast("list[Json]", domain.get("Nameservers") or []))


KIND: Kind = RegisteredDomain()
