"""Networks and subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, Missing, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties


def _specification(kind: str, inputs: Properties) -> dict[str, Any]:
    tags = tag_list(inputs.get("tagsAll"))
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def _retag(ec2: Any, resource: str, old: Properties, new: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    added, removed = tag_change(old, new)
    if removed:
        ec2.delete_tags(Resources=[resource], Tags=[{"Key": key} for key in removed])
    if added:
        ec2.create_tags(Resources=[resource], Tags=tag_list(added))


def _create_vpc(ctx: Context, inputs: Properties) -> Created:
    ec2 = client(ctx, "ec2", inputs)
    vpc = ec2.create_vpc(CidrBlock=inputs["cidrBlock"], InstanceTenancy=inputs["instanceTenancy"], **_specification("vpc", inputs))["Vpc"]["VpcId"]
    _set_names(ec2, vpc, inputs)
    return Created(id=vpc)


def _set_names(ec2: Any, vpc: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    # One attribute a call. source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html (read 2026-11-22)
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": bool(inputs["enableDnsSupport"])})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": bool(inputs.get("enableDnsHostnames"))})


def _read_vpc(ctx: Context, vpc: str, state: Properties) -> Properties | None:
    ec2, region = client(ctx, "ec2", state), state.get("region") or ctx.region
    found = _only(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"], vpc)
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    support = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"]
    hostnames = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]
    groups = ec2.describe_security_groups(Filters=[*of_vpc, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    tables = ec2.describe_route_tables(Filters=[*of_vpc, {"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    acls = ec2.describe_network_acls(Filters=[*of_vpc, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    table = tables[0]["RouteTableId"] if tables else None
    return {
        "arn": f"arn:aws:ec2:{region}:{found['OwnerId']}:vpc/{vpc}",
        "ownerId": found["OwnerId"],
        "cidrBlock": found["CidrBlock"],
        "instanceTenancy": found.get("InstanceTenancy", "default"),
        "enableDnsSupport": support,
        "enableDnsHostnames": hostnames,
        **given(
            dhcpOptionsId=found.get("DhcpOptionsId"),
            defaultSecurityGroupId=groups[0]["GroupId"] if groups else None,
            mainRouteTableId=table,
            defaultRouteTableId=table,
            defaultNetworkAclId=acls[0]["NetworkAclId"] if acls else None,
        ),
        "tags": tag_map(found.get("Tags")),
    }


def _update_vpc(ctx: Context, vpc: str, old: Properties, new: Properties) -> None:
    ec2 = client(ctx, "ec2", new)
    _set_names(ec2, vpc, new)
    _retag(ec2, vpc, old, new)


def _delete_vpc(ctx: Context, vpc: str, state: Properties) -> None:
    client(ctx, "ec2", state).delete_vpc(VpcId=vpc)


def _create_subnet(ctx: Context, inputs: Properties) -> Created:
    ec2 = client(ctx, "ec2", inputs)
    subnet = ec2.create_subnet(
        VpcId=inputs["vpcId"],
        CidrBlock=inputs["cidrBlock"],
        **given(AvailabilityZone=inputs.get("availabilityZone")),
        **_specification("subnet", inputs),
    )["Subnet"]["SubnetId"]
    if inputs.get("mapPublicIpOnLaunch"):
        _set_public(ec2, subnet, inputs)
    return Created(id=subnet)


def _set_public(ec2: Any, subnet: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": bool(inputs.get("mapPublicIpOnLaunch"))})


def _read_subnet(ctx: Context, subnet: str, state: Properties) -> Properties | None:
    region = state.get("region") or ctx.region
    found = _only(client(ctx, "ec2", state).describe_subnets(SubnetIds=[subnet])["Subnets"], subnet)
    owner = found.get("OwnerId", "")
    return {
        "arn": found.get("SubnetArn") or f"arn:aws:ec2:{region}:{owner}:subnet/{subnet}",
        "ownerId": owner,
        "vpcId": found["VpcId"],
        "cidrBlock": found["CidrBlock"],
        "availabilityZone": found["AvailabilityZone"],
        "availabilityZoneId": found.get("AvailabilityZoneId", ""),
        "mapPublicIpOnLaunch": found.get("MapPublicIpOnLaunch", False),
        "tags": tag_map(found.get("Tags")),
    }


def _update_subnet(ctx: Context, subnet: str, old: Properties, new: Properties) -> None:
    ec2 = client(ctx, "ec2", new)
    _set_public(ec2, subnet, new)
    _retag(ec2, subnet, old, new)


def _delete_subnet(ctx: Context, subnet: str, state: Properties) -> None:
    client(ctx, "ec2", state).delete_subnet(SubnetId=subnet)


def _only(found: list[Any], name: str) -> Any:  # noqa: ANN401 - a boto3 answer
    if not found:
        raise Missing("NotFound", name)
    return found[0]


VPC = Record(
    token="aws:ec2/vpc:Vpc",
    create=_create_vpc,
    read=_read_vpc,
    update=_update_vpc,
    delete=_delete_vpc,
    handled=frozenset({"cidrBlock", "instanceTenancy", "enableDnsSupport", "enableDnsHostnames"}),
    computed=frozenset({"arn", "ownerId", "dhcpOptionsId", "defaultSecurityGroupId", "mainRouteTableId", "defaultRouteTableId", "defaultNetworkAclId"}),
    required=frozenset({"cidrBlock"}),
    defaults={"instanceTenancy": "default", "enableDnsSupport": True},
    replace_on=frozenset({"cidrBlock", "instanceTenancy"}),
)
SUBNET = Record(
    token="aws:ec2/subnet:Subnet",
    create=_create_subnet,
    read=_read_subnet,
    update=_update_subnet,
    delete=_delete_subnet,
    handled=frozenset({"vpcId", "cidrBlock", "availabilityZone", "mapPublicIpOnLaunch"}),
    computed=frozenset({"arn", "ownerId", "availabilityZone", "availabilityZoneId"}),
    required=frozenset({"vpcId", "cidrBlock"}),
    replace_on=frozenset({"vpcId", "cidrBlock", "availabilityZone"}),
)

RECORDS = (tagged(regional(VPC)), tagged(regional(SUBNET)))
