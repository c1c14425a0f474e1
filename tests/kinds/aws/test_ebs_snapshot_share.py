from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.ebs_snapshot_share import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed


def make(account: Account) -> str:
    _, volume = account.regional.write_for("ec2:CreateVolume", AvailabilityZone=f"{account.region.region}a", Size=8)
    return str(account.regional.write_for("ec2:CreateSnapshot", VolumeId=volume["VolumeId"])[1]["SnapshotId"])


def add(account: Account, made: str, member: str) -> None:
    whom = {"GroupNames": [member]} if member == "all" else {"UserIds": [member]}
    account.regional.write("ec2:ModifySnapshotAttribute", SnapshotId=made, Attribute="createVolumePermission", OperationType="add", **whom)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="ec2:DescribeSnapshotAttribute")
"""EC2 answers not-found, which is no refusal, to an account that may not use a snapshot: so no try."""


def test_who_may_use_it_and_what_no_cut_calls_back(lab_env: Mapping[str, str]) -> None:
    _, found = SEED.shared(CUT)
    assert found[CUT].clues == ((Clue.AWS_ACCOUNT, CUT),)
    (step,) = KIND.steps(found[CUT])
    assert "Copies that were made already stay" in step.effect


def test_a_snapshot_that_is_deleted_takes_its_shares_along(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    SEED.cut(account, found[CUT])
    assert KIND.probe(account.regional, found[KEPT]) is Verdict.ALIVE
    account.regional.write("ec2:DeleteSnapshot", SnapshotId=found[KEPT].detail["params"]["SnapshotId"])  # type: ignore[index]
    assert KIND.probe(account.regional, found[KEPT]) is Verdict.GONE
