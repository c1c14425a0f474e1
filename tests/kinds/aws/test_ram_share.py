from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.ram_share import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

SUBNET = "arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-1"
ORGANIZATION = "arn:aws:organizations::222222222222:organization/o-nimbus1234"


def make(account: Account) -> str:
    _, answer = account.regional.write_for("ram:CreateResourceShare", name="network", resourceArns=[SUBNET])
    return str(answer["resourceShare"]["resourceShareArn"])  # type: ignore[index]


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("ram:AssociateResourceShare", resourceShareArn=made, principals=[member])


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="ram:GetResourceShareAssociations", roles=True)
"""A share opens nothing in the lab's other services, so no try."""


def test_what_is_shared_and_with_which_organization(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(ORGANIZATION, KEPT)
    path = found[ORGANIZATION]
    assert path.allows == f"use share network ({SUBNET})"
    assert set(path.clues) == {(Clue.AWS_ARN, ORGANIZATION), (Clue.AWS_ORG, "o-nimbus1234"), (Clue.AWS_ACCOUNT, "222222222222")}
    SEED.cut(account, path)
    assert list(SEED.paths(account)) == [KEPT]


def test_what_is_shared_stays_shared_with_the_others(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT, KEPT)
    SEED.cut(account, found[CUT])
    (resource,) = account.regional.read("ram:GetResourceShareAssociations", associationType="RESOURCE")
    assert (resource["associatedEntity"], resource["status"]) == (SUBNET, "ASSOCIATED")


def test_a_share_that_is_deleted_or_unknown_is_gone(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT)
    assert KIND.probe(account.regional, found[CUT]) is Verdict.ALIVE
    account.regional.write("ram:DeleteResourceShare", resourceShareArn=found[CUT].detail["held"])
    assert SEED.paths(account) == {}
    assert KIND.probe(account.regional, found[CUT]) is Verdict.GONE
    assert KIND.probe(Account().regional, found[CUT]) is Verdict.GONE
