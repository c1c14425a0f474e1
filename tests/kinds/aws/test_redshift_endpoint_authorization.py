from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws.redshift_endpoint_authorization import KIND
from handoff.model import Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

CLUSTER = "records"


def make(account: Account) -> str:
    return CLUSTER


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("redshift:AuthorizeEndpointAccess", ClusterIdentifier=made, Account=member, VpcIds=["vpc-2", "vpc-1"])


def endpoint(owner: Account, user: Account) -> None:
    user.regional.write("redshift:CreateEndpointAccess", ClusterIdentifier=CLUSTER, ResourceOwner=owner.id, EndpointName="in", SubnetGroupName="default")


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="redshift:DescribeEndpointAuthorization")
"""An account that may not make an endpoint gets an error of Redshift's own, which is no refusal by IAM: so no try."""


def test_the_same_vpcs_come_back(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert found[CUT].allows == "reach Redshift cluster records from vpc-2, vpc-1"
    before = SEED.cut(account, found[CUT])
    assert list(SEED.paths(account)) == [KEPT]
    list(KIND.undo(account.regional, found[CUT], Verb.DISABLE, before))
    assert KIND.image(account.regional, found[CUT]) == before == {"everywhere": False, "vpcs": ["vpc-1", "vpc-2"]}


def test_where_endpoints_go_along_there_is_no_way_back(lab_env: Mapping[str, str]) -> None:
    account, user = Account(), Account()
    add(account, CLUSTER, user.id)
    endpoint(account, user)
    path = SEED.paths(account)[user.id]
    (step,) = KIND.steps(path)
    assert (step.verb, step.reversible) == (Verb.DELETE, False)
    assert "the 1 endpoints that it made are deleted" in step.effect
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DELETE, before, datetime.now(UTC)))
    assert KIND.probe(account.regional, path) is Verdict.GONE


def test_an_endpoint_made_since_the_plan_is_not_swept_away_unsaid(lab_env: Mapping[str, str]) -> None:
    account, user = Account(), Account()
    add(account, CLUSTER, user.id)
    path = SEED.paths(account)[user.id]
    endpoint(account, user)
    before = KIND.image(account.regional, path)
    assert before is not None
    with pytest.raises(CloudError, match="InvalidEndpointState"):
        list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
