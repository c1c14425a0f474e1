from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.security_group_rule import KIND
from handoff.model import Clue, Json, Scope, ScopeType, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded, tags


def network(account: Account, cidr: str) -> str:
    return str(made(account, "ec2:CreateVpc", "Vpc", "VpcId", CidrBlock=cidr))


def group(account: Account, vpc: str) -> str:
    return str(made(account, "ec2:CreateSecurityGroup", "GroupId", GroupName=f"web-{vpc}", Description="web", VpcId=vpc))


def rule(account: Account, name: str, source: Json, port: int = 22, **more: object) -> str:
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}
    answer = made(account, "ec2:AuthorizeSecurityGroupIngress", "SecurityGroupRules", GroupId=name, IpPermissions=[permission], **more)
    return str(answer[0]["SecurityGroupRuleId"])


def addresses(cidr: str, description: str = "") -> Json:
    return {"IpRanges": [{"CidrIp": cidr, **({"Description": description} if description else {})}]}


class Seed:
    """Nothing is tried: what a rule lets in are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        name = group(account, network(account, "10.0.0.0/16"))
        bad, good = rule(account, name, addresses("203.0.113.0/24")), rule(account, name, addresses("198.51.100.0/24"))
        return seeded(account, bad, good, denied="ec2:DescribeSecurityGroupRules")


SEED = Seed()


@pytest.mark.parametrize(
    ("source", "clues"),
    [
        pytest.param(addresses("203.0.113.7/32"), [(Clue.CIDR, "203.0.113.7/32")], id="an-address"),
        pytest.param(addresses("0.0.0.0/0"), [(Clue.EVERYONE, "every address of 0.0.0.0/0")], id="everyone"),
        pytest.param({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, [(Clue.EVERYONE, "every address of ::/0")], id="everyone-by-ipv6"),
        pytest.param(addresses("192.168.0.0/24"), [(Clue.CIDR, "192.168.0.0/24")], id="a-private-range-of-nobody-knows-whom"),
        pytest.param(
            addresses("10.1.2.0/24"), [(Clue.CIDR, "10.1.2.0/24"), (Clue.CLIENT_OWN, "10.1.2.0/24 is in VPC2, a network of the client's own")], id="vpc"
        ),
        pytest.param(addresses("10.0.3.0/24"), None, id="the-group's-own-network"),
        pytest.param({"UserIdGroupPairs": [{"GroupId": "OWN"}]}, None, id="a-group-of-the-account"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], source: Json, clues: list[tuple[Clue, str]] | None) -> None:
    account = Account()
    first, second = network(account, "10.0.0.0/16"), network(account, "10.1.0.0/16")
    name = group(account, first)
    named = {"UserIdGroupPairs": [{"GroupId": name}]} if "UserIdGroupPairs" in source else source
    made_rule = rule(account, name, named)
    found = paths(KIND, account)
    if clues is None:
        assert made_rule not in found
    else:
        assert list(found[made_rule].clues) == [(clue, value.replace("VPC2", second)) for clue, value in clues]


def test_undo_gives_back_the_rule_with_what_is_said_of_it_and_leaves_its_neighbours(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = group(account, network(account, "10.0.0.0/16"))
    https = rule(account, name, addresses("203.0.113.0/24"), port=443)
    ssh = rule(account, name, addresses("203.0.113.0/24", "for ops@nimbus.example"), TagSpecifications=tags("security-group-rule", team="nimbus"))
    path = path_of(KIND, account, ssh)
    assert {(Clue.TAG, "team=nimbus"), (Clue.EMAIL, "ops@nimbus.example")} <= set(path.clues)
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert https in paths(KIND, account)
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before
    assert (before["description"], before["tags"]) == ("for ops@nimbus.example", [{"Key": "team", "Value": "nimbus"}])


def test_a_rule_that_somebody_puts_back_is_seen_under_whatever_id(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = group(account, network(account, "10.0.0.0/16"))
    path = path_of(KIND, account, rule(account, name, addresses("203.0.113.0/24")))
    cut(KIND, account, path)
    rule(account, name, addresses("203.0.113.0/24"), port=2222)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    rule(account, name, addresses("203.0.113.0/24", "back again"))
    assert KIND.probe(account.regional, path) is Verdict.ALIVE


def test_a_group_that_is_gone_lets_nobody_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = group(account, network(account, "10.0.0.0/16"))
    path = path_of(KIND, account, rule(account, name, addresses("203.0.113.0/24")))
    account.regional.write("ec2:DeleteSecurityGroup", GroupId=name)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert KIND.image(account.regional, path) is None


class Told:
    """A reader that answers as AWS does: the lab's AWS tells neither prefix lists of rules nor whose the groups are that they refer to."""

    scope: Scope = Scope(type=ScopeType.AWS_REGION, id="111111111111", region="eu-west-1")

    def __init__(self, **source: object) -> None:
        rule = {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IsEgress": False, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, **source}
        lists = [{"PrefixListId": "pl-aws", "OwnerId": "AWS"}, {"PrefixListId": "pl-own", "OwnerId": "111111111111"}]
        self.answers: dict[str, list[Json]] = {
            "ec2:DescribeSecurityGroupRules": [rule],
            "ec2:DescribeSecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}],
            "ec2:DescribeVpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
            "ec2:DescribeManagedPrefixLists": [*lists, {"PrefixListId": "pl-theirs", "OwnerId": "222222222222"}],
        }

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        return iter(self.answers[op])

    def get(self, op: str, /, **params: object) -> Json | None:
        raise AssertionError(f"{op} is not asked for")


@pytest.mark.parametrize(
    ("source", "clues"),
    [
        pytest.param({"PrefixListId": "pl-aws"}, [(Clue.AWS_SERVICE, "the addresses of AWS in pl-aws")], id="aws's-list"),
        pytest.param({"PrefixListId": "pl-own"}, None, id="own-list"),
        pytest.param({"PrefixListId": "pl-theirs"}, [(Clue.AWS_ACCOUNT, "222222222222")], id="somebody-else's-list"),
        pytest.param({"PrefixListId": "pl-hidden"}, [(Clue.NAME, "pl-hidden")], id="a-list-that-is-not-shown"),
        pytest.param({"ReferencedGroupInfo": {"GroupId": "sg-9", "UserId": "222222222222"}}, [(Clue.AWS_ACCOUNT, "222222222222")], id="somebody-else's-group"),
        pytest.param({"ReferencedGroupInfo": {"GroupId": "sg-9", "UserId": "111111111111"}}, None, id="own-group"),
        pytest.param({"CidrIpv4": "203.0.113.0/24", "IsEgress": True}, None, id="outbound"),
    ],
)
def test_lists_and_groups_are_their_owners(source: Json, clues: list[tuple[Clue, str]] | None) -> None:
    found = list(KIND.discover(Told(**source)))
    assert [list(path.clues) for path in found] == ([] if clues is None else [clues])
    assert all(path.allows.startswith("every protocol and port") for path in found)
