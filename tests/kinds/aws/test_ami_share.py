from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff.kinds.aws import _clues
from handoff.kinds.aws.ami_share import KIND
from handoff.model import Clue, Verdict
from handoff.wrap.dryrun import DryRun
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

ORGANIZATION = "arn:aws:organizations::222222222222:organization/o-nimbus1234"
UNIT = "arn:aws:organizations::222222222222:ou/o-nimbus1234/ou-ab12-ops"


def make(account: Account) -> str:
    return str(account.regional.write_for("ec2:RegisterImage", Name="records", Architecture="x86_64", RootDeviceName="/dev/xvda")[1]["ImageId"])


def add(account: Account, made: str, member: str) -> None:
    whom = {"Group": member} if member == "all" else {"UserId": member}
    account.regional.write("ec2:ModifyImageAttribute", ImageId=made, LaunchPermission={"Add": [whom]})


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="ec2:DescribeImageAttribute")
"""EC2 answers not-found, which is no refusal, to an account that may not use an image: so no try."""


def test_a_public_image_is_everybodys(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared("all", CUT)
    assert found["all"].clues == ((Clue.EVERYONE, "all"),)
    SEED.cut(account, found["all"])
    assert list(SEED.paths(account)) == [CUT]


def test_an_image_that_is_gone_takes_its_shares_along(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    assert KIND.probe(account.regional, found[CUT]) is Verdict.ALIVE
    account.regional.write("ec2:DeregisterImage", ImageId=found[CUT].detail["params"]["ImageId"])  # type: ignore[index]
    assert KIND.probe(account.regional, found[CUT]) is Verdict.GONE


@pytest.mark.parametrize(("member", "named"), [(ORGANIZATION, "OrganizationArn"), (UNIT, "OrganizationalUnitArn"), (CUT, "UserId"), ("all", "Group")])
def test_each_member_is_named_as_ec2_wants_it(lab_env: Mapping[str, str], member: str, named: str) -> None:
    """Ministack knows accounts and everybody only, so organizations are shown by what would be sent."""
    account = Account()
    make(account)
    dry = DryRun(account.regional)
    (held,) = KIND.holders(account.regional)  # type: ignore[attr-defined]
    KIND.remove(dry, held, member)  # type: ignore[attr-defined]
    assert dry.would == (("ec2:ModifyImageAttribute", {"ImageId": held.params["ImageId"], "LaunchPermission": {"Remove": [{named: member}]}}),)


def test_an_organization_is_told_by_its_id_and_its_management_account() -> None:
    for arn in (ORGANIZATION, UNIT):
        assert set(_clues.of_arn(arn)) == {(Clue.AWS_ARN, arn), (Clue.AWS_ORG, "o-nimbus1234"), (Clue.AWS_ACCOUNT, "222222222222")}
