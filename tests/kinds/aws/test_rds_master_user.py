from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.rds_master_user import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import found, one, seeded


def cluster(account: Account, name: str, **password: object) -> None:
    given = password or {"MasterUserPassword": "not-a-real-password-1"}
    account.regional.write("rds:CreateDBCluster", DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="records", **given)


class Seed:
    """Nothing is tried: databases are reached inside networks, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        cluster(account, "records")
        cluster(account, "mail")
        return seeded(KIND, account, "at cluster records", "at cluster mail", denied="rds:DescribeDBClusters")


SEED = Seed()


def test_a_password_that_secrets_manager_keeps_is_no_path_and_one_that_it_keeps_from_now_on_ends_one(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "kept", ManageMasterUserPassword=True)
    assert found(KIND, account) == []
    cluster(account, "records")
    path = one(KIND, account, "at cluster records")
    assert Clue.SHARED_SECRET in dict(path.clues)
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("rds:DeleteDBCluster", DBClusterIdentifier="records", SkipFinalSnapshot=True)
    cluster(account, "records", ManageMasterUserPassword=True)
    assert KIND.probe(account.regional, path) is Verdict.GONE
