"""EC2 Instance Connect endpoints: tunnels from the internet to instances without a public address."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, Clue, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class Ec2InstanceConnectEndpoint(Link):
    """One endpoint. It opens for identities that may use it, so it counts as the account's own unless a tag says otherwise."""

    id = KindId("aws.ec2_instance_connect_endpoint")
    title = "EC2 Instance Connect endpoint"
    row = "A26"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html (read 2026-11-22)"
    reads = frozenset({"ec2:DescribeInstanceConnectEndpoints"})
    writes = frozenset({"ec2:DeleteInstanceConnectEndpoint"})
    fences = frozenset({"ec2:CreateInstanceConnectEndpoint"})
    creates = frozenset({"aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint"})
    ending = frozenset({"delete-in-progress"})
    ended = frozenset({"delete-complete", "create-failed"})
    blind = "Who may use it (ec2-instance-connect:OpenTunnel, an identity's permission) and tunnels that are open already, which last up to an hour."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every endpoint of the region."""
        for endpoint in reader.read("ec2:DescribeInstanceConnectEndpoints"):
            if self.is_open(endpoint):
                yield AccessPath(
                    kind=self.id,
                    id=str(endpoint["InstanceConnectEndpointId"]),
                    scope=reader.scope,
                    holder="identities that may open tunnels",
                    allows=f"reach instances of {endpoint.get('VpcId')} without a public address",
                    clues=(*_marks.of_tags(endpoint.get("Tags")), (Clue.AWS_ACCOUNT, str(endpoint.get("OwnerId") or reader.scope.id))),
                    detail={"vpc": endpoint.get("VpcId"), "subnet": endpoint.get("SubnetId"), "created": endpoint.get("CreatedAt")},
                )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The endpoint by its id."""
        answer = reader.get("ec2:DescribeInstanceConnectEndpoints", InstanceConnectEndpointIds=[path.id]) or {}
        return next(iter(cast("list[Json]", answer.get("InstanceConnectEndpoints") or ())), None)

    def state_of(self, link: Json, /) -> str:
        """Its state."""
        return str(link["State"])

    def delete_effect(self, path: AccessPath, /) -> str:
        """Ids are AWS's."""
        return f"endpoint {path.id} of {path.detail['vpc']} is deleted; a new one has another id, so this cannot be undone"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("ec2:DeleteInstanceConnectEndpoint", InstanceConnectEndpointId=path.id, missing_ok=True)


KIND: Kind = Ec2InstanceConnectEndpoint()
