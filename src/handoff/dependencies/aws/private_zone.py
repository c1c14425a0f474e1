"""Networks of the client's that resolve names through another account's private zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning


class PrivateZone:
    """Whoever owns the zone decides where the names lead, and can take them away."""

    id = KindId("aws.private_zone")
    title = "Private DNS zone of another account"
    row = "1.5"
    source = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByVPC.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"ec2:DescribeVpcs", "route53:ListHostedZonesByVPC"})
    blind = "Resolver rules that forward to another account's servers, and public zones (see the domains). Query logs show use only where they are switched on; they are not read."
    replace = "Make the zone anew in the client's account with the same records, associate the networks with it, and then leave the other."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every private zone of another account that a network of the region is associated with."""
        networks = (str(one["VpcId"]) for one in reader.read("ec2:DescribeVpcs") if str(one.get("OwnerId", reader.scope.id)) == reader.scope.id)

        def zones(network: str) -> tuple[str, list[Json]]:
            return network, list(reader.read("route53:ListHostedZonesByVPC", VPCId=network, VPCRegion=reader.scope.region))

        for network, found in fan.each(zones, networks):
            for zone in found:
                owner = str(cast("Json", zone.get("Owner") or {}).get("OwningAccount", ""))
                if owner and owner != reader.scope.id:
                    needs = f"network {network} resolves {zone.get('Name')} through it"
                    yield _owner.leaning(self.id, reader.scope, what=network, on=str(zone["HostedZoneId"]), owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """Query logs are not read."""
        return iter(())


DEPENDENCY: Leaning = PrivateZone()
