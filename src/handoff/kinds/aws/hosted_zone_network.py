"""Networks of other accounts that are associated with a private zone of the account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class HostedZoneNetwork(Item):
    """One association of one network of the region. The account's own networks are no way in."""

    id = KindId("aws.hosted_zone_network")
    title = "Network of another account in a private hosted zone"
    row = "A31"
    source = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-concepts.html#how-route-53-propagates (read 2026-11-22)",
    )
    reads = frozenset({"ec2:DescribeVpcs", "route53:GetHostedZone", "route53:ListHostedZones"})
    writes = frozenset({"route53:DisassociateVPCFromHostedZone"})
    fences = frozenset({"route53:AssociateVPCWithHostedZone", "route53:CreateVPCAssociationAuthorization"})
    creates = frozenset({"aws:route53/zoneAssociation:ZoneAssociation"})
    after = frozenset({KindId("aws.hosted_zone_authorization")})
    blind = "Networks in regions that are not swept; whose a network is: Route 53 tells only its id; resolver rules and endpoints that are shared through RAM (A20)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every network of the region that is in a private zone and is not one that the account sees as its own."""
        zones = [str(zone["Id"]) for zone in reader.read("route53:ListHostedZones") if cast("Json", zone.get("Config") or {}).get("PrivateZone")]
        own = {str(one["VpcId"]) for one in reader.read("ec2:DescribeVpcs") if str(one.get("OwnerId", reader.scope.id)) == reader.scope.id}
        for answer in fan.each(lambda zone: reader.get("route53:GetHostedZone", Id=zone), zones):
            for network in _networks(answer, reader.scope.region):
                if answer is None or network in own:
                    continue
                zone = cast("Json", answer["HostedZone"])
                yield AccessPath(
                    kind=self.id,
                    id=f"{str(zone['Id']).rpartition('/')[2]}#{network}",
                    scope=reader.scope,
                    holder=f"network {network}",
                    allows=f"resolve names through private zone {zone['Name']}",
                    clues=((Clue.AWS_VPCE, network),),
                    detail={"zone": zone["Id"], "name": zone["Name"], "network": network},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The association."""
        answer = reader.get("route53:GetHostedZone", Id=path.detail["zone"])
        return {"network": path.detail["network"]} if path.detail["network"] in _networks(answer, path.scope.region) else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Two accounts have to agree on a new one."""
        return f"{path.holder} leaves zone {path.detail['name']}; to come back, the zone's owner authorizes it and the network's owner associates it again"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Disassociate."""
        network = {"VPCRegion": path.scope.region, "VPCId": path.detail["network"]}
        yield writer.write("route53:DisassociateVPCFromHostedZone", HostedZoneId=path.detail["zone"], VPC=network, missing_ok=True)


def _networks(answer: Json | None, region: str) -> list[str]:
    return [str(one["VPCId"]) for one in cast("list[Json]", (answer or {}).get("VPCs") or []) if one.get("VPCRegion") == region]


KIND: Kind = HostedZoneNetwork()
