from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.eks_aws_auth import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._cluster import cluster
from tests.kinds.aws._seeded import paths, seeded


class Seed:
    """Nothing is tried, and nothing is cut: the map is inside Kubernetes, where a person changes it, and the lab runs none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        cluster(account, "shop", mode="CONFIG_MAP")
        cluster(account, "till", mode="API_AND_CONFIG_MAP")
        found = {path.detail["cluster"]: path.id for path in KIND.discover(account.regional)}
        return seeded(account, found["shop"], found["till"], denied="eks:DescribeCluster")


SEED = Seed()


def test_the_mode_decides_and_a_person_changes_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "shop", mode="API_AND_CONFIG_MAP", tags={"team": "nimbus"})
    cluster(account, "till", mode="API")
    (path,) = paths(KIND, account).values()
    assert path.detail["cluster"] == "shop"
    assert [clue for clue, _ in path.clues] == [Clue.TAG, Clue.SHARED_SECRET]
    (step,) = KIND.steps(path)
    assert (step.verb, step.reversible) == (Verb.MANUAL, False)
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("eks:UpdateClusterConfig", name="shop", accessConfig={"authenticationMode": "API"})
    assert KIND.probe(account.regional, path) is Verdict.GONE


def test_a_cluster_made_anew_under_the_name_is_another(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "shop", mode="CONFIG_MAP")
    (path,) = paths(KIND, account).values()
    account.regional.write("eks:DeleteCluster", name="shop")
    assert KIND.probe(account.regional, path) is Verdict.GONE
