from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.ses_identity_policy import KIND
from handoff.model import Verb
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed

SENDER = "acme-clinic.example"


def make(account: Account) -> str:
    account.regional.write("sesv2:CreateEmailIdentity", EmailIdentity=SENDER)
    return f"arn:aws:ses:{account.region.region}:{account.id}:identity/{SENDER}"


def put(account: Account, made: str, text: str, name: str = "newsletters") -> None:
    account.regional.write("sesv2:CreateEmailIdentityPolicy", EmailIdentity=SENDER, PolicyName=name, Policy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("sesv2:CreateEmailIdentityPolicy", "sesv2:DeleteEmailIdentityPolicy"),
    make=make,
    put=put,
    action="ses:SendEmail",
    denied="ses:GetEmailIdentityPolicies",
)
"""Ministack lets nobody send for another account's identity, so no try."""


def test_policies_of_one_identity_are_told_apart(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    text = document(SEED.statement(made, {"AWS": FOREIGN[0]}))
    put(account, made, text)
    put(account, made, text, "invoices")
    paths = {str(path.detail["name"]): path for path in SEED.paths(account)}
    assert sorted(paths) == [f"sender {SENDER} (invoices)", f"sender {SENDER} (newsletters)"]
    SEED.cut(account, paths[f"sender {SENDER} (invoices)"])
    assert [path.id for path in SEED.paths(account)] == [paths[f"sender {SENDER} (newsletters)"].id]


def test_a_policy_that_was_deleted_is_made_anew(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    (path,) = SEED.paths(account)
    before = SEED.cut(account, path)
    assert SEED.paths(account) == []
    assert [receipt.op for receipt in KIND.undo(account.regional, path, Verb.DISABLE, before)] == ["sesv2:CreateEmailIdentityPolicy"]
    assert KIND.image(account.regional, path) == before
