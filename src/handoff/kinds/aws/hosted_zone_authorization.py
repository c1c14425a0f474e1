"""Networks of other accounts that may be associated with a private zone of the account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class HostedZoneAuthorization(Share):
    """One network that its owner may associate with one private zone. An account needs none for its own networks."""

    id = KindId("aws.hosted_zone_authorization")
    title = "Authorization to associate a network with a private hosted zone"
    row = "A31"
    source = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteVPCAssociationAuthorization.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-concepts.html#how-route-53-propagates (read 2026-11-22)",
    )
    reads = frozenset({"route53:GetHostedZone", "route53:ListHostedZones", "route53:ListVPCAssociationAuthorizations"})
    writes = frozenset({"route53:CreateVPCAssociationAuthorization", "route53:DeleteVPCAssociationAuthorization"})
    fences = frozenset({"route53:CreateVPCAssociationAuthorization"})
    creates = frozenset({"aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization"})
    blind = "Whose the network is: Route 53 tells only its id. Networks that are associated already, which are a kind of their own (aws.hosted_zone_network)."
    use = "resolve names through"
    copies = "An association that was made with it stays: see aws.hosted_zone_network"

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every private zone."""
        for zone in reader.read("route53:ListHostedZones"):
            if cast("Json", zone.get("Config") or {}).get("PrivateZone"):
                yield Held(id=str(zone["Id"]).rpartition("/")[2], name=f"private zone {zone['Name']}", params={"HostedZoneId": zone["Id"]})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """Region and id of each network."""
        for network in reader.read("route53:ListVPCAssociationAuthorizations", **held.params):
            yield f"{network['VPCRegion']}/{network['VPCId']}"

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """False when the zone is gone."""
        return reader.get("route53:GetHostedZone", Id=held.params["HostedZoneId"]) is not None

    def clues(self, reader: Reader, held: Held, member: str, /) -> Iterable[tuple[Clue, str]]:
        """The network's id."""
        return ((Clue.AWS_VPCE, member.rpartition("/")[2]),)

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """No longer authorized."""
        return writer.write("route53:DeleteVPCAssociationAuthorization", **held.params, VPC=_network(member), missing_ok=True)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Authorized."""
        return writer.write("route53:CreateVPCAssociationAuthorization", **held.params, VPC=_network(member))


def _network(member: str) -> Json:
    region, _, network = member.partition("/")
    return {"VPCRegion": region, "VPCId": network}


KIND: Kind = HostedZoneAuthorization()
