from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def vpc(ctx: Any) -> str:
    return str(ctx.aws("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])


def test_the_default_group_is_emptied_and_stays_with_its_network(make: Any, ctx: Any, vpc: str) -> None:
    ec2 = ctx.aws("ec2")
    (before,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    assert before["IpPermissionsEgress"]
    group = make("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", vpcId=vpc, tags={"a": "1"})
    assert group.id == before["GroupId"]
    (after,) = ec2.describe_security_groups(GroupIds=[group.id])["SecurityGroups"]
    assert after["IpPermissionsEgress"] == after["IpPermissions"] == []
    assert group.imported() == {}
    ec2.authorize_security_group_egress(GroupId=group.id, IpPermissions=before["IpPermissionsEgress"])
    assert group.changed()["egress"] == [{"protocol": "-1"}]
    group.update({"vpcId": vpc, "tags": {"b": "2"}})
    assert ec2.describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]["IpPermissionsEgress"] == []


def test_flow_log(make: Any, ctx: Any, vpc: str) -> None:
    given = {"vpcId": vpc, "trafficType": "ALL", "logDestinationType": "s3", "logDestination": "arn:aws:s3:::flows"}
    log = make("aws:ec2/flowLog:FlowLog", **given, tags={"a": "1"})
    assert log.imported() == {}
    log.update({**given, "tags": {"b": "2"}})
    ctx.aws("ec2").create_tags(Resources=[log.id], Tags=[{"Key": "c", "Value": "3"}])
    assert log.changed()["tags"] == {"b": "2", "c": "3"}
    log.delete()
