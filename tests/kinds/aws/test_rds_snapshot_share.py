from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.rds_snapshot_share import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed


def make(account: Account) -> str:
    about = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20, "MasterUsername": "records", "ManageMasterUserPassword": True}
    account.regional.write("rds:CreateDBInstance", DBInstanceIdentifier="records", **about)
    account.regional.write("rds:CreateDBSnapshot", DBInstanceIdentifier="records", DBSnapshotIdentifier="monthly")
    return "monthly"


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("rds:ModifyDBSnapshotAttribute", DBSnapshotIdentifier=made, AttributeName="restore", ValuesToAdd=[member])


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="rds:DescribeDBSnapshotAttributes")
"""Ministack restores no snapshot of another account, so no try."""


def test_a_public_snapshot_is_everybodys(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared("all", CUT)
    assert found["all"].clues == ((Clue.EVERYONE, "all"),)
    assert found[CUT].clues == ((Clue.AWS_ACCOUNT, CUT),)
    SEED.cut(account, found["all"])
    assert list(SEED.paths(account)) == [CUT]


def test_a_snapshot_that_is_deleted_takes_its_shares_along(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert KIND.probe(account.regional, found[KEPT]) is Verdict.ALIVE
    account.regional.write("rds:DeleteDBSnapshot", DBSnapshotIdentifier="monthly")
    assert KIND.probe(account.regional, found[KEPT]) is Verdict.GONE
