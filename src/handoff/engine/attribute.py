"""Whose is it? Clues about a holder, and the identities of the spec, give a party and the reason.

The strongest clue decides. Two parties at the same strength, or no clue that anybody claims, is UNKNOWN: somebody has to
decide in the spec. A guess here would cut a client's access or leave a provider's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase, translate
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from handoff.model import AccessPath, Clue, Party

if TYPE_CHECKING:
    from handoff.spec import Engagement, Identities
    from handoff.vendors import Vendor

_Network = IPv4Network | IPv6Network


class Strength(IntEnum):
    """How much a clue says; higher beats lower."""

    DECISION = 10
    PRINCIPAL = 9
    MARK = 8  # a tag, an external id, a federated subject, a key's fingerprint: put there for this purpose
    HOME = 7  # the account, tenant, organization or project that the holder lives in
    DOMAIN = 6
    ADDRESS = 5  # the network that it comes from
    LISTED = 4  # a vendor of the bundled list
    ESTATE = 3  # it lives in the estate itself: the provider makes identities there too, so any other word on it weighs more
    CREATOR = 2  # who made it, by the cloud's own log: decides only what nothing else tells
    NATURE = 1  # what the holder is, whoever owns it: public, a cloud service, deleted
    SECRET = 0  # a shared secret: the provider ran the estate, so it may hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The party of a path's holder, and why."""

    party: Party
    why: str
    name: str = ""
    """The third party's name, when it is one."""
    through: tuple[str, ...] = ()
    """The roles, outermost first, through which the party comes, when the holder itself is a role or user of the estate."""
    strength: Strength = Strength.SECRET
    """Of the clue that decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    party: Party
    name: str
    identities: Identities
    exact: frozenset[str]
    """Principals named in full, lower case."""
    patterns: re.Pattern[str] | None
    """Principals named with `*`, as one expression over lower case."""
    own: frozenset[str]
    """Ids of the estate itself, which are the client's, lower case."""
    networks: tuple[_Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vote:
    strength: Strength
    party: Party
    why: str
    name: str = ""


class Attributor:
    """Attributes paths for one engagement."""

    def __init__(self, engagement: Engagement, vendors: Mapping[str, Vendor] | None = None) -> None:
        self._spec = engagement
        self._known = tuple(_parties(engagement))
        self._vendors = vendors or {}
        # Thousands of paths share a few clues: each is weighed once.
        self._weighed: dict[tuple[Clue, str], tuple[_Vote, ...]] = {}

    def attribute(self, path: AccessPath) -> Attribution:
        """The party of the path's holder."""
        for one in self._spec.exit.decisions:
            if one.kind == path.kind and fnmatchcase(path.id, one.id):
                return Attribution(party=Party(one.party), why=f"decided by {one.decided_by}: {one.reason}", strength=Strength.DECISION)
        votes = [vote for clue in path.clues for vote in self._weigh(clue)]
        if not votes:
            seen = ", ".join(f"{clue.value} {value}" for clue, value in path.clues) or "nothing"
            return Attribution(party=Party.UNKNOWN, why=f"no party claims what was seen: {seen}")
        top = max(vote.strength for vote in votes)
        # A holder at home with one party and in the estate as well is not the stronger's to have: that is two homes.
        best = [vote for vote in votes if vote.strength == top or (top is Strength.HOME and vote.strength is Strength.ESTATE)]
        parties = {(vote.party, vote.name) for vote in best}
        if len(parties) > 1:
            return Attribution(party=Party.UNKNOWN, why="clues disagree: " + "; ".join(sorted({f"{vote.why} ({vote.party.value})" for vote in best})))
        return Attribution(party=best[0].party, why=best[0].why, name=best[0].name, strength=top)

    def party_of(self, clues: Iterable[tuple[Clue, str]]) -> Party:
        """The party that the strongest of these clues names, without a path: UNKNOWN when none or several do."""
        votes = [vote for clue in clues for vote in self._weigh(clue)]
        top = max((vote.strength for vote in votes), default=Strength.SECRET)
        parties = {vote.party for vote in votes if vote.strength == top}
        return parties.pop() if len(parties) == 1 else Party.UNKNOWN

    def _weigh(self, clue: tuple[Clue, str]) -> tuple[_Vote, ...]:
        if clue not in self._weighed:
            self._weighed[clue] = tuple(self._votes(*clue))
        return self._weighed[clue]

    def _votes(self, clue: Clue, value: str) -> Iterator[_Vote]:
        nature = _nature(clue, value)
        if nature is not None:
            yield nature
            return
        if clue is Clue.CREATOR:
            yield from self._by_creator(value)
            return
        for known in self._known:
            claim = _claim(known, clue, value)
            if claim is not None:
                strength, why = claim
                yield _Vote(strength=strength, party=known.party, why=why, name=known.name)
        vendor = self._vendors.get(value) if clue is Clue.AWS_ACCOUNT else None
        if vendor is not None:
            party = Party.CLOUD_SERVICE if vendor.of_the_cloud else Party.THIRD_PARTY
            yield _Vote(strength=Strength.LISTED, party=party, why=f"AWS account {value} is of {vendor.name}, by the bundled list of vendors", name=vendor.name)

    def _by_creator(self, principal: str) -> Iterator[_Vote]:
        """Whoever made it: a word on whose it is only where nothing stronger is known, since the provider makes things for the client too."""
        account = (principal.split(":", 5) + [""] * 6)[4]
        votes = [
            vote for clue in ((Clue.AWS_ARN, principal), (Clue.AWS_ACCOUNT, account), (Clue.EMAIL, principal.rsplit("/", 1)[-1])) for vote in self._weigh(clue)
        ]
        told = [vote for vote in votes if vote.strength > Strength.ESTATE]
        if told:
            best = max(told, key=lambda vote: vote.strength)
            yield _Vote(strength=Strength.CREATOR, party=best.party, why=f"made by {principal}: {best.why}", name=best.name)


def _nature(clue: Clue, value: str) -> _Vote | None:
    if clue is Clue.EVERYONE or (clue is Clue.GCP_MEMBER and value in {"allUsers", "allAuthenticatedUsers"}):
        return _Vote(strength=Strength.NATURE, party=Party.PUBLIC, why=f"anyone may use it ({value})")
    if clue is Clue.AWS_SERVICE or (clue is Clue.GCP_MEMBER and _is_service_agent(value)):
        return _Vote(strength=Strength.NATURE, party=Party.CLOUD_SERVICE, why=f"a service of the cloud itself ({value})")
    if clue is Clue.DELETED or (clue is Clue.GCP_MEMBER and value.startswith("deleted:")):
        return _Vote(strength=Strength.NATURE, party=Party.DELETED, why=f"the principal no longer exists ({value})")
    if clue is Clue.CLIENT_OWN:
        return _Vote(strength=Strength.NATURE, party=Party.CLIENT, why=value)
    if clue is Clue.SHARED_SECRET:
        return _Vote(strength=Strength.SECRET, party=Party.PROVIDER, why=f"a shared secret that the provider may hold: {value}")
    return None


def _claim(known: _Known, clue: Clue, value: str) -> tuple[Strength, str] | None:  # noqa: C901 one branch per clue, each a line
    who, ids = known.name or known.party.value, known.identities
    match clue:
        case Clue.PRINCIPAL | Clue.AWS_ARN | Clue.ENTRA_OBJECT | Clue.ENTRA_APP:
            return _principal(known, value)
        case Clue.GCP_MEMBER:
            return _principal(known, value) or _gcp_home(known, value)
        case Clue.TAG if value in ids.tags:
            return Strength.MARK, f"carries the tag {value} of {who}"
        case Clue.AWS_EXTERNAL_ID if value in ids.aws.external_ids:
            return Strength.MARK, f"asks for the external id of {who}"
        case Clue.AWS_CANONICAL_ID if value in ids.aws.canonical_ids:
            return Strength.MARK, f"canonical id of {who}"
        case Clue.SAML if value in ids.saml:
            return Strength.MARK, f"SAML entity of {who}"
        case Clue.OIDC:
            return _oidc(known, value)
        case Clue.AWS_ACCOUNT if value in ids.aws.accounts or value in known.own:
            return _home(known, value), f"AWS account {value} is of {who}"
        case Clue.AWS_ORG if value == ids.aws.organization:
            return Strength.HOME, f"AWS organization {value} is of {who}"
        case Clue.ENTRA_TENANT if value.lower() in {*(one.lower() for one in ids.azure.tenants), *known.own}:
            return _home(known, value), f"Entra tenant {value} is of {who}"
        case Clue.GCP_PROJECT if value in {*ids.gcp.projects, *ids.gcp.project_numbers} or value in known.own:
            return _home(known, value), f"Google Cloud project {value} is of {who}"
        case Clue.GCP_CUSTOMER if value in ids.gcp.customers:
            return Strength.HOME, f"Google customer {value} is of {who}"
        case Clue.SSH_KEY if _bare(value) in {_bare(one) for one in ids.ssh_fingerprints}:
            return Strength.MARK, f"key {value} is of {who}"
        case Clue.CIDR:
            return _network(known, value)
        case Clue.EMAIL:
            return _domain(known, value)
        case Clue.DOMAIN:
            return _domain(known, f"any@{value}")
        case _:
            return None


def _home(known: _Known, value: str) -> Strength:
    return Strength.ESTATE if value.lower() in known.own else Strength.HOME


def _principal(known: _Known, value: str) -> tuple[Strength, str] | None:
    one = value.lower()
    if one in known.exact or (known.patterns is not None and known.patterns.match(one)):
        return Strength.PRINCIPAL, f"{value} is named by {known.name or known.party.value}"
    return None


def _bare(fingerprint: str) -> str:
    """A fingerprint without the name of its hash and without padding, so that two ways of writing it compare."""
    head, _, rest = fingerprint.partition(":")
    body = rest if head.upper() in {"SHA256", "SHA1", "MD5"} else fingerprint
    return body.rstrip("=") if head.upper() == "SHA256" else body.replace(":", "").lower()


def _network(known: _Known, value: str) -> tuple[Strength, str] | None:
    """A range inside one of the party's. One that is wider lets others in as well, so it is nobody's by its address alone."""
    try:
        range_ = ip_network(value, strict=False)
    except ValueError:
        return None
    for one in known.networks:
        if range_.version == one.version and one.supernet_of(range_):  # type: ignore[arg-type]  # of one version, as was just seen
            return Strength.ADDRESS, f"addresses {value} are in {one}, which is of {known.name or known.party.value}"
    return None


def _gcp_home(known: _Known, member: str) -> tuple[Strength, str] | None:
    kind, _, address = member.partition(":")
    if kind == "serviceAccount":
        project = _project_of(address)
        if project in {*known.identities.gcp.projects, *known.identities.gcp.project_numbers} or project in known.own:
            return _home(known, project), f"service account of project {project}, which is of {known.name or known.party.value}"
        return None
    if kind in {"user", "group"}:
        return _domain(known, address)
    if kind == "domain":
        return _domain(known, f"any@{address}")
    return None


def _project_of(address: str) -> str:
    """Project id or number in a service account's address. source: https://cloud.google.com/iam/docs/service-account-types (read 2026-11-22)."""
    name, _, domain = address.partition("@")
    if domain == "developer.gserviceaccount.com":
        return name.removesuffix("-compute")
    return name if domain == "appspot.gserviceaccount.com" else domain.removesuffix(".iam.gserviceaccount.com")


def _domain(known: _Known, address: str) -> tuple[Strength, str] | None:
    domain = address.rpartition("@")[2].lower()
    if any(domain == one.lower() or domain.endswith("." + one.lower()) for one in known.identities.domains):
        return Strength.DOMAIN, f"{address} is in a domain of {known.name or known.party.value}"
    return None


def _oidc(known: _Known, value: str) -> tuple[Strength, str] | None:
    """A wildcard subject of the estate must lie inside the party's pattern: one that is wider could be anybody's."""
    issuer, _, subject = value.partition(" ")
    for one in known.identities.oidc:
        if one.issuer.rstrip("/").removeprefix("https://") != issuer.rstrip("/").removeprefix("https://"):
            continue
        if fnmatchcase(subject, one.subject):
            return Strength.MARK, f"federated subject {subject} of {issuer} is of {known.name or known.party.value}"
    return None


def _is_service_agent(member: str) -> bool:
    """Google's own agents. source: https://cloud.google.com/iam/docs/service-agents (read 2026-11-22)."""
    address = member.removeprefix("serviceAccount:")
    domain = address.rpartition("@")[2]
    return member.startswith("serviceAccount:") and (
        (address.startswith("service-") and domain.startswith(("gcp-sa-", "gs-project-accounts", "compute-system", "container-engine-robot")))
        or domain in {"cloudservices.gserviceaccount.com", "cloudbuild.gserviceaccount.com"}
    )


def _parties(spec: Engagement) -> Iterator[_Known]:
    blocks = [(Party.CLIENT, spec.parties.client), (Party.PROVIDER, spec.parties.provider)]
    if spec.parties.incoming is not None:
        blocks.append((Party.INCOMING, spec.parties.incoming))
    for party, block in blocks:
        named = {one.principal for one in (*block.administrators, *block.break_glass)}
        is_client = party is Party.CLIENT
        networks = [one.network for one in spec.environments] if is_client else []
        yield _party(party, "", block.identities, named, own=_estate(spec) if is_client else frozenset(), networks=networks)
    for third in spec.parties.third_parties:
        yield _party(Party.THIRD_PARTY, third.name, third.identities, set(), own=frozenset(), networks=[])


def _party(party: Party, name: str, identities: Identities, named: set[str], *, own: frozenset[str], networks: Iterable[str]) -> _Known:
    principals = {one.lower() for one in (*named, *_listed(identities))}
    wild = sorted(one for one in principals if any(sign in one for sign in "*?["))
    return _Known(
        party=party,
        name=name,
        identities=identities,
        exact=frozenset(principals),
        patterns=re.compile("|".join(f"(?:{translate(one)})" for one in wild)) if wild else None,
        own=frozenset(one.lower() for one in own),
        networks=tuple(ip_network(one, strict=False) for one in (*identities.cidrs, *networks)),
    )


def _listed(ids: Identities) -> frozenset[str]:
    return frozenset({*ids.aws.principals, *ids.azure.object_ids, *ids.azure.app_ids, *ids.gcp.principals})


def _estate(spec: Engagement) -> frozenset[str]:
    found: set[str] = set()
    for one in spec.environments:
        found |= {one.aws.account} if one.aws else set()
        found |= {one.azure.tenant} if one.azure else set()
        found |= {one.gcp.project} if one.gcp else set()
    return frozenset(found)
