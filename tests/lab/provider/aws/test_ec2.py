from __future__ import annotations

from typing import Any


def test_network_and_subnet(make: Any) -> None:
    vpc = make("aws:ec2/vpc:Vpc", cidrBlock="10.7.0.0/16", enableDnsHostnames=True, tags={"a": "1"})
    assert vpc.imported() == {}
    vpc.update({"cidrBlock": "10.7.0.0/16", "enableDnsSupport": True, "tags": {"b": "2"}})
    assert vpc.replaces({"cidrBlock": "10.8.0.0/16"}) == {"cidrBlock"}
    subnet = make("aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="10.7.1.0/24", availabilityZone="eu-west-1a", tags={"a": "1"})
    assert subnet.imported() == {}
    subnet.update({"vpcId": vpc.id, "cidrBlock": "10.7.1.0/24", "availabilityZone": "eu-west-1a", "mapPublicIpOnLaunch": True})
    subnet.delete()
    vpc.delete()
