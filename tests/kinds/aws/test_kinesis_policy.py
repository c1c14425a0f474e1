from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

from handoff.kinds.aws.kinesis_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    account.regional.write("kinesis:CreateStream", StreamName="records", ShardCount=1)
    arn = f"arn:aws:kinesis:eu-west-1:{account.id}:stream/records"
    while cast("Any", account.regional.get("kinesis:DescribeStreamSummary", StreamARN=arn))["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
        time.sleep(0.1)
    return arn


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("kinesis:PutResourcePolicy", ResourceARN=made, Policy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("kinesis:DeleteResourcePolicy",),
    make=make,
    put=put,
    action="kinesis:DescribeStreamSummary",
    denied="kinesis:GetResourcePolicy",
    tried=lambda made: ("kinesis:DescribeStreamSummary", {"StreamARN": made}),
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_a_consumer_has_a_policy_of_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    _, answer = account.regional.write_for("kinesis:RegisterStreamConsumer", StreamARN=made, ConsumerName="audit")
    consumer = cast("Any", answer["Consumer"])["ConsumerARN"]
    put(account, consumer, document(SEED.statement(consumer, {"AWS": FOREIGN[0]}, Action="kinesis:SubscribeToShard")))
    (path,) = SEED.paths(account)
    assert path.id.startswith(f"{consumer}#")
    assert path.allows == "kinesis:SubscribeToShard on consumer audit of stream records"
