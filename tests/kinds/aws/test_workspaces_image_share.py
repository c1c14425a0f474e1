from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.workspaces_image_share import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("workspaces:CreateWorkspaceImage", Name="desk", Description="front desk", WorkspaceId="ws-123456789")
    return str(answer["ImageId"])


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("workspaces:UpdateWorkspaceImagePermission", ImageId=made, AllowCopyImage=True, SharedAccountId=member)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="workspaces:DescribeWorkspaceImagePermissions")
"""Nothing in the lab copies an image, so no try."""


def test_one_account_goes_and_the_other_stays(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert found[CUT].clues == ((Clue.AWS_ACCOUNT, CUT),)
    assert found[CUT].allows == "copy WorkSpaces image desk"
    SEED.cut(account, found[CUT])
    assert list(SEED.paths(account)) == [KEPT]


def test_an_image_that_is_gone_takes_its_shares_along(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT)
    assert KIND.probe(account.regional, found[CUT]) is Verdict.ALIVE
    assert KIND.probe(Account().regional, found[CUT]) is Verdict.GONE
