"""Ways for packets, and what opens hosts and APIs. The lab carries no packets, so none of these is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Way
from handoff.model import KindId, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

_WHOSE = ((Party.PROVIDER, sites.MARK, "203.0.113.0/24"), (Party.CLIENT, sites.OWN, "198.51.100.0/24"))


def open_all(site: Site) -> Iterator[Way]:
    """Seven of the provider's, told by account, address or mark; each beside one that stays, where a client has such."""
    yield from _rules(site)
    yield _peering(site)
    yield _service(site)
    for party, mark, _ in _WHOSE:
        key = sites.made(site.region, "ec2:CreateKeyPair", "KeyPairId", KeyName=mark)
        yield Way(kind=KindId("aws.ec2_key_pair"), marks=(key,), text=f"a key pair for new hosts, {mark}", party=party)
        key = sites.made(site.region, "apigateway:CreateApiKey", "id", name=f"feed-{party.value}", description=f"for {mark}", enabled=True)
        yield Way(kind=KindId("aws.api_gateway_key"), marks=(key,), text=f"an API key for {mark}", party=party)
        id_ = sites.made(site.region, "ssm:CreateActivation", "ActivationId", IamRole="acme-run", Description=f"host of {mark}")
        yield Way(kind=KindId("aws.ssm_activation"), marks=(id_,), text=f"an activation that lets hosts of {mark} join", party=party)


def _rules(site: Site) -> Iterator[Way]:
    """Rules and ranges, with whose they are in the description."""
    vpc = sites.made(site.region, "ec2:CreateVpc", "Vpc", "VpcId", CidrBlock="10.77.0.0/16")
    group = sites.made(site.region, "ec2:CreateSecurityGroup", "GroupId", GroupName="archive", Description="archive", VpcId=vpc)
    given = [{"Cidr": cidr, "Description": f"offices of {mark}"} for _, mark, cidr in _WHOSE]
    about = {"PrefixListName": "offices", "MaxEntries": 10, "AddressFamily": "IPv4", "Entries": given}
    ranges = sites.made(site.region, "ec2:CreateManagedPrefixList", "PrefixList", "PrefixListArn", **about)
    for party, mark, cidr in _WHOSE:
        permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": cidr, "Description": f"jump host of {mark}"}]}
        _, answer = site.region.write_for("ec2:AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])
        rule = sites.member(answer, "SecurityGroupRules", 0, "SecurityGroupRuleId")
        yield Way(kind=KindId("aws.security_group_rule"), marks=(rule,), text=f"a firewall rule for {cidr}, jump host of {mark}", party=party)
        yield Way(kind=KindId("aws.prefix_list_entry"), marks=(f"{ranges}#{cidr}",), text=f"{cidr}, offices of {mark}, in a list of ranges", party=party)


def _peering(site: Site) -> Way:
    account = site.provider.scope.id
    asked = {"VpcId": "vpc-00000001", "PeerVpcId": "vpc-00000002", "PeerOwnerId": account}
    id_ = sites.made(site.region, "ec2:CreateVpcPeeringConnection", "VpcPeeringConnection", "VpcPeeringConnectionId", **asked)
    return Way(kind=KindId("aws.vpc_peering"), marks=(id_,), text=f"a peering with a network of account {account}")


def _service(site: Site) -> Way:
    balancer = f"arn:aws:elasticloadbalancing:{sites.REGION}:{site.account}:loadbalancer/net/archive/1"
    op = "ec2:CreateVpcEndpointServiceConfiguration"
    id_ = sites.made(site.region, op, "ServiceConfiguration", "ServiceId", NetworkLoadBalancerArns=[balancer])
    whom = f"arn:aws:iam::{site.provider.scope.id}:root"
    site.region.write("ec2:ModifyVpcEndpointServicePermissions", ServiceId=id_, AddAllowedPrincipals=[whom])
    return Way(kind=KindId("aws.vpc_endpoint_service_permission"), marks=(id_, whom), text=f"an endpoint service for account {site.provider.scope.id}")
