from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws.msk_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN
from tests.kinds.aws._revised import RevisedSeed


def make(account: Account) -> str:
    nodes = {"InstanceType": "kafka.m5.large", "ClientSubnets": ["subnet-1", "subnet-2"]}
    _, answer = account.regional.write_for("kafka:CreateCluster", ClusterName="records", KafkaVersion="3.7.x", NumberOfBrokerNodes=2, BrokerNodeGroupInfo=nodes)
    return str(answer["ClusterArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("kafka:PutClusterPolicy", ClusterArn=made, Policy=text)


SEED = RevisedSeed(kind=KIND, drops=("kafka:DeleteClusterPolicy",), make=make, put=put, action="kafka:CreateVpcConnection", denied="kafka:GetClusterPolicy")
"""Nothing in the lab connects to a cluster, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    held, text = SEED.outdated(account, document(SEED.statement(made, {"AWS": FOREIGN[1]})))
    with pytest.raises(CloudError, match="meantime"):
        KIND.write_policy(account.regional, held, text)  # type: ignore[attr-defined]
    assert [path.holder for path in SEED.paths(account)] == [FOREIGN[1]]
