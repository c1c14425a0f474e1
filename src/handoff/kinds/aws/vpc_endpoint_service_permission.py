"""Endpoint services (PrivateLink): who may connect to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ec2, _people
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class VpcEndpointServicePermission(Share):
    """One principal, or everyone, on the list of those who may make endpoints to a service of the account."""

    id = KindId("aws.vpc_endpoint_service_permission")
    title = "Endpoint service permission (PrivateLink)"
    row = "A29"
    source = "https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = _ec2.LAG
    reads = _people.MARK_READS | {"ec2:DescribeVpcEndpointServiceConfigurations", "ec2:DescribeVpcEndpointServicePermissions"}
    writes = frozenset({"ec2:ModifyVpcEndpointServicePermissions"})
    fences = frozenset({"ec2:CreateVpcEndpointServiceConfiguration", "ec2:ModifyVpcEndpointServicePermissions"})
    creates = frozenset({"aws:ec2/vpcEndpointService:VpcEndpointService", "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple"})
    blind = "Endpoints that are connected already: they stay when the permission goes (see endpoint connections)."
    use = "connect to"
    copies = "Endpoints that are connected already stay, and are cut as paths of their own."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every endpoint service of the account."""
        for item in reader.read("ec2:DescribeVpcEndpointServiceConfigurations"):
            service = str(item["ServiceId"])
            arn = f"arn:aws:ec2:{reader.scope.region}:{reader.scope.id}:vpc-endpoint-service/{service}"
            yield Held(id=arn, name=f"endpoint service {service}", params={"ServiceId": service})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The allowed principals; none of a service that is gone."""
        wanted = str(held.params["ServiceId"])
        if any(one["ServiceId"] == wanted for one in reader.read("ec2:DescribeVpcEndpointServiceConfigurations")):
            for one in reader.read("ec2:DescribeVpcEndpointServicePermissions", **held.params):
                yield str(one["Principal"])

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("ec2:ModifyVpcEndpointServicePermissions", **held.params, RemoveAllowedPrincipals=[member], missing_ok=True)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("ec2:ModifyVpcEndpointServicePermissions", **held.params, AddAllowedPrincipals=[member])


KIND: Kind = VpcEndpointServicePermission()
