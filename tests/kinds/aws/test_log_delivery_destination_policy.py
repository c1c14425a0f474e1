from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.log_delivery_destination_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def make(account: Account) -> str:
    bucket = f"records-{account.id}"
    account.regional.write("s3:CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    where = {"destinationResourceArn": f"arn:aws:s3:::{bucket}"}
    _, answer = account.regional.write_for("logs:PutDeliveryDestination", name="records", deliveryDestinationConfiguration=where)
    made: Any = answer["deliveryDestination"]
    return str(made["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("logs:PutDeliveryDestinationPolicy", deliveryDestinationName="records", deliveryDestinationPolicy=text)


SEED = PolicySeed(
    kind=KIND, drops=("logs:DeleteDeliveryDestinationPolicy",), make=make, put=put, action="logs:CreateDelivery", denied="logs:GetDeliveryDestinationPolicy"
)
"""The emulator keeps these policies and asks them nothing, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None
