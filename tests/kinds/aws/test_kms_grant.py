from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.kms_grant import KIND
from handoff.model import AccessPath, Clue, Json, Login, Verb, Verdict
from tests.kinds.aws._account import Account


def key(account: Account) -> str:
    _, answer = account.regional.write_for("kms:CreateKey", Description="records")
    made: Any = answer["KeyMetadata"]
    return str(made["Arn"])


def grant(account: Account, key_arn: str, grantee: str, **more: object) -> str:
    _, answer = account.regional.write_for("kms:CreateGrant", KeyId=key_arn, GranteePrincipal=grantee, Operations=["GenerateDataKey", "DescribeKey"], **more)
    return f"{key_arn}#{answer['GrantId']}"


def use(account: Account, login: Login, key_arn: str) -> tuple[Any, Login, str, Json]:
    return account.region, login, "kms:GenerateDataKey", {"KeyId": key_arn, "KeySpec": "AES_256"}


class Seed:
    """The emulator keeps grants but lets nobody in by one, so here the users may use the key by a policy of their own too.

    What is shown: the deny of the first step is enforced against the grantee alone. Not shown: that a revoked grant lets nobody in.
    """

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = account.user("nimbus"), account.user("acme")
        key_arn = key(account)
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=grant(account, key_arn, bad.principal),
            bystander_id=grant(account, key_arn, good.principal),
            tried=use(account, bad, key_arn),
            bystander_tried=use(account, good, key_arn),
            denied=account.denied("kms:ListGrants"),
            shown_after=Verb.DISABLE,
        )


SEED = Seed()


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.id: path for path in KIND.discover(account.regional)}


def policy(account: Account, key_arn: str) -> Any:
    answer: Any = account.regional.get("kms:GetKeyPolicy", KeyId=key_arn, PolicyName="default")
    return json.loads(answer["Policy"])


def test_the_grantee_decides_and_the_retiring_principal_is_shown(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key_arn = key(account)
    foreign = "arn:aws:iam::222222222222:role/backup"
    path_id = grant(account, key_arn, foreign, RetiringPrincipal=f"arn:aws:iam::{account.id}:root")
    path = paths(account)[path_id]
    assert path.holder == foreign
    assert set(path.clues) == {(Clue.AWS_ARN, foreign), (Clue.AWS_ACCOUNT, "222222222222")}
    assert path.detail["retiring_principal"] == f"arn:aws:iam::{account.id}:root"
    assert path.detail["operations"] == ["GenerateDataKey", "DescribeKey"]


def test_the_account_itself_is_never_denied_its_key(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key_arn = key(account)
    own, foreign = grant(account, key_arn, f"arn:aws:iam::{account.id}:root"), grant(account, key_arn, "arn:aws:iam::222222222222:root")
    found = paths(account)
    assert [step.verb for step in KIND.steps(found[own])] == [Verb.DELETE]
    assert [step.verb for step in KIND.steps(found[foreign])] == [Verb.DISABLE, Verb.DELETE]


def test_the_key_policy_ends_as_it_began(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key_arn = key(account)
    began = policy(account, key_arn)
    login = account.user("nimbus", may=[])
    path_id = grant(account, key_arn, login.principal)
    path = paths(account)[path_id]
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    denied = policy(account, key_arn)
    assert len(denied["Statement"]) == len(began["Statement"]) + 1
    assert denied["Statement"][-1]["Effect"] == "Deny"
    assert denied["Statement"][-1]["Principal"] == {"AWS": login.principal}
    assert KIND.probe(account.regional, path) is Verdict.DISABLED
    list(KIND.do(account.regional, path, Verb.DELETE, before, datetime.now(UTC)))
    assert policy(account, key_arn) == began
    assert KIND.probe(account.regional, path) is Verdict.GONE


def test_killed_after_the_revocation_it_still_takes_the_deny_out(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key_arn = key(account)
    began = policy(account, key_arn)
    path_id = grant(account, key_arn, account.user("nimbus", may=[]).principal)
    path = paths(account)[path_id]
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    next(iter(KIND.do(account.regional, path, Verb.DELETE, before, datetime.now(UTC))))
    assert policy(account, key_arn) != began
    assert KIND.image(account.regional, path) is not None
    assert [receipt.op for receipt in KIND.do(account.regional, path, Verb.DELETE, before, datetime.now(UTC))] == ["kms:PutKeyPolicy"]
    assert policy(account, key_arn) == began
    assert KIND.image(account.regional, path) is None


def test_keys_of_aws_services_are_left_out(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key_arn = key(account)
    path_id = grant(account, key_arn, "arn:aws:iam::222222222222:root")
    managed = [item for item in account.regional.read("kms:ListKeys") if item["KeyArn"] != key_arn]
    assert set(paths(account)) == {path_id}
    for item in managed:
        about: Any = account.regional.get("kms:DescribeKey", KeyId=item["KeyId"])
        assert about["KeyMetadata"]["KeyManager"] == "AWS"


def test_a_role_made_for_the_provider_is_told_by_its_tag(lab_env: Mapping[str, str]) -> None:
    """The grants that the stacks make go to a role of the client's account, so the account alone would say client."""
    account = Account()
    key_arn = key(account)
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole"}
    theirs, ours = account.role("operate", trust, tags={"handoff:party": "provider"}), account.role("backup", trust)
    one, two = grant(account, key_arn, theirs), grant(account, key_arn, ours)
    found = paths(account)
    assert (Clue.TAG, "handoff:party=provider") in found[one].clues
    assert set(found[two].clues) == {(Clue.AWS_ARN, ours), (Clue.AWS_ACCOUNT, account.id)}
