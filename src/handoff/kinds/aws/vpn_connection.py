"""Site-to-site VPN connections."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, Clue, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class VpnConnection(Link):
    """One connection and the device at its other end. Its pre-shared keys can be read by whoever may describe it, and are never kept here."""

    id = KindId("aws.vpn_connection")
    title = "Site-to-site VPN connection"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/delete-vpn.html (read 2026-11-22)"
    reads = frozenset({"ec2:DescribeCustomerGateways", "ec2:DescribeVpnConnections"})
    writes = frozenset({"ec2:DeleteVpnConnection"})
    fences = frozenset({"ec2:CreateCustomerGateway", "ec2:CreateVpnConnection", "ec2:ModifyVpnConnection", "ec2:ModifyVpnTunnelOptions"})
    creates = frozenset({"aws:ec2/customerGateway:CustomerGateway", "aws:ec2/vpnConnection:VpnConnection"})
    blind = (
        "Who stands behind the address of the other end. A connection of the client's own keeps its pre-shared keys, which whoever could describe it knows: "
        "both ends have to change them together (ec2:ModifyVpnTunnelOptions)."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every connection that is not deleted."""
        gateways = {str(one["CustomerGatewayId"]): one for one in reader.read("ec2:DescribeCustomerGateways")}
        for one in reader.read("ec2:DescribeVpnConnections"):
            if not self.is_open(one):
                continue
            device = gateways.get(str(one.get("CustomerGatewayId")), {})
            target = one.get("TransitGatewayId") or one.get("VpnGatewayId") or "no gateway"
            yield AccessPath(
                kind=self.id,
                id=str(one["VpnConnectionId"]),
                scope=reader.scope,
                holder=f"the device at {device.get('IpAddress') or 'an address that is not told'} ({one.get('CustomerGatewayId')})",
                allows=f"route packets into the networks of {target}",
                clues=(
                    *_address(device.get("IpAddress")),
                    *_marks.of_tags(one.get("Tags")),
                    *_marks.of_tags(device.get("Tags")),
                    (Clue.NAME, str(device.get("DeviceName") or one.get("CustomerGatewayId"))),
                    (Clue.SHARED_SECRET, "whoever could describe the connection knows its pre-shared keys"),
                ),
                detail={"customer_gateway": one.get("CustomerGatewayId"), "address": device.get("IpAddress"), "target": target},
            )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The connection by its id."""
        answer = reader.get("ec2:DescribeVpnConnections", VpnConnectionIds=[path.id]) or {}
        return next(iter(cast("list[Json]", answer.get("VpnConnections") or ())), None)

    def state_of(self, link: Json, /) -> str:
        """Its state."""
        return str(link["State"])

    def delete_effect(self, path: AccessPath, /) -> str:
        """Addresses and keys are AWS's."""
        return f"VPN connection {path.id} with {path.detail['address']} ends; a new one has other addresses and keys, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete; the customer gateway, which lets nobody in by itself, stays."""
        yield writer.write("ec2:DeleteVpnConnection", VpnConnectionId=path.id, missing_ok=True)


def _address(value: object) -> tuple[tuple[Clue, str], ...]:
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        return ()
    return ((Clue.CIDR, f"{address}/{address.max_prefixlen}"),)


KIND: Kind = VpnConnection()
