from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.redshift_snapshot_share import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed


def make(account: Account) -> str:
    account.regional.write("redshift:CreateClusterSnapshot", SnapshotIdentifier="monthly", ClusterIdentifier="records")
    return "monthly"


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("redshift:AuthorizeSnapshotAccess", SnapshotIdentifier=made, AccountWithRestoreAccess=member)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="redshift:DescribeClusterSnapshots")
"""Nothing in the lab restores a snapshot, so no try."""


def test_a_revocation_that_somebody_else_made_is_no_error(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert found[CUT].clues == ((Clue.AWS_ACCOUNT, CUT),)
    held = next(iter(KIND.holders(account.regional)))  # type: ignore[attr-defined]
    assert KIND.remove(account.regional, held, CUT).applied  # type: ignore[attr-defined]
    assert not KIND.remove(account.regional, held, CUT).applied  # type: ignore[attr-defined]
    assert list(SEED.paths(account)) == [KEPT]
