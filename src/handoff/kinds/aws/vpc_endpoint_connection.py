"""Connections of other accounts to the account's endpoint services (PrivateLink)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.kinds.aws import _clues, _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class VpcEndpointConnection(Link):
    """One endpoint of another account that is connected to a service of this one, or asks to be. One of the account itself is no path."""

    id = KindId("aws.vpc_endpoint_connection")
    title = "Endpoint connection (PrivateLink)"
    source = "https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#accept-reject-connection-requests (read 2026-11-22)"
    reads = frozenset({"ec2:DescribeVpcEndpointConnections"})
    writes = frozenset({"ec2:RejectVpcEndpointConnections"})
    fences = frozenset({"ec2:AcceptVpcEndpointConnections"})
    creates = frozenset({"aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"})
    after = frozenset({KindId("aws.vpc_endpoint_service_permission")})
    asked = frozenset({"pending", "pendingacceptance"})
    ended = frozenset({"deleted", "expired", "failed", "rejected"})
    blind = "What goes through the connection. A service that needs no acceptance is connected by whoever is on its list (see its permissions)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every connection that is open or asked for."""
        for one in reader.read("ec2:DescribeVpcEndpointConnections"):
            owner = str(one.get("VpcEndpointOwner"))
            if owner != reader.scope.id and self.is_open(one):
                yield AccessPath(
                    kind=self.id,
                    id=f"{one['ServiceId']}#{one['VpcEndpointId']}",
                    scope=reader.scope,
                    holder=f"account {owner} ({one['VpcEndpointId']})",
                    allows=f"reach endpoint service {one['ServiceId']} from its own network",
                    clues=(*_clues.of_arn(owner), *_marks.of_tags(one.get("Tags"))),
                    detail={"service": one["ServiceId"], "endpoint": one["VpcEndpointId"], "owner": owner, "created": one.get("CreationTimestamp")},
                )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Among the connections of the service."""
        found = reader.read("ec2:DescribeVpcEndpointConnections", Filters=[{"Name": "service-id", "Values": [path.detail["service"]]}])
        return next((one for one in found if one["VpcEndpointId"] == path.detail["endpoint"]), None)

    def state_of(self, link: Json, /) -> str:
        """Its state; the model writes it with a capital and the service without."""
        return str(link["VpcEndpointState"]).lower()

    def delete_effect(self, path: AccessPath, /) -> str:
        """A rejected endpoint has to be asked for again from the other side."""
        return (
            f"endpoint {path.detail['endpoint']} of account {path.detail['owner']} is rejected by {path.detail['service']}; "
            "whether it may be accepted again depends on the other side keeping it, so this counts as not to be undone"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Reject; the answer names what was not done."""
        receipt, answer = writer.write_for("ec2:RejectVpcEndpointConnections", ServiceId=path.detail["service"], VpcEndpointIds=[path.detail["endpoint"]])
        if answer.get("Unsuccessful"):
            raise CloudError(f"ec2:RejectVpcEndpointConnections: {path.detail['endpoint']} was not rejected: {answer['Unsuccessful']}")
        yield receipt


KIND: Kind = VpcEndpointConnection()
