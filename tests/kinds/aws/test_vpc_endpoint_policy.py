from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.vpc_endpoint_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, network = account.regional.write_for("ec2:CreateVpc", CidrBlock="10.0.0.0/16")
    vpc: Any = network["Vpc"]
    _, answer = account.regional.write_for("ec2:CreateVpcEndpoint", VpcId=vpc["VpcId"], ServiceName=f"com.amazonaws.{account.region.region}.s3")
    endpoint: Any = answer["VpcEndpoint"]
    return str(endpoint["VpcEndpointId"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("ec2:ModifyVpcEndpoint", VpcEndpointId=made, PolicyDocument=text)


SEED = PolicySeed(kind=KIND, make=make, put=put, action="s3:GetObject", denied="ec2:DescribeVpcEndpoints", resource=lambda made: "*")
"""Nothing in the lab goes over an endpoint, so no try."""


def test_the_policy_never_falls_away(lab_env: Mapping[str, str]) -> None:
    """An endpoint without a policy lets everything pass."""
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Effect"] == "Deny"
    assert (kept["Principal"], kept["Action"], kept["Resource"]) == ("*", "*", "*")


def test_what_names_nobody_is_no_way_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    everything = SEED.statement(made, "*", Action="*")
    put(account, made, document(everything))
    assert SEED.paths(account) == []
    put(account, made, document(everything, SEED.statement(made, {"AWS": FOREIGN[0]})))
    (path,) = SEED.paths(account)
    assert path.holder == FOREIGN[0]


def test_a_door_to_resources_of_another_account_is_that_accounts(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    statements = (
        SEED.statement(made, "*", "Condition", Condition={"StringEquals": {"aws:ResourceAccount": ["222222222222", account.id]}}),
        SEED.statement(
            made, "*", "Resource", Action="sqs:*", Resource=["arn:aws:sqs:eu-west-1:333333333333:intake", f"arn:aws:sqs:eu-west-1:{account.id}:own"]
        ),
        SEED.statement(made, "*", "Own", Action="sqs:*", Resource=f"arn:aws:sqs:eu-west-1:{account.id}:own"),
    )
    put(account, made, document(*statements))
    found = {path.detail["sid"]: dict(path.clues) for path in SEED.paths(account)}
    assert {sid: clues[Clue.AWS_ACCOUNT] for sid, clues in found.items()} == {"Condition": "222222222222", "Resource": "333333333333"}
