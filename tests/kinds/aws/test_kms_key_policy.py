from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import CloudError, LockOut
from handoff.kinds.aws.kms_key_policy import KIND
from handoff.model import AccessPath, Clue, Json, Login, Outcome, Receipt, Verb, Verdict
from tests.kinds.aws._account import Account, document

USE = ["kms:GenerateDataKey", "kms:DescribeKey"]


def allow(principal: object, sid: str = "Share", action: object = USE, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def own(account: Account, **more: Any) -> dict[str, Any]:
    return allow({"AWS": f"arn:aws:iam::{account.id}:root"}, "Own", "kms:*", **more)


def key(account: Account, *statements: dict[str, Any]) -> str:
    _, answer = account.regional.write_for("kms:CreateKey", Description="records", Policy=document(*statements))
    made: Any = answer["KeyMetadata"]
    return str(made["Arn"])


def use(account: Account, login: Login, key_arn: str) -> tuple[Any, Login, str, Json]:
    return account.region, login, "kms:GenerateDataKey", {"KeyId": key_arn, "KeySpec": "AES_256"}


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        # The emulator shows a key to its own account only; so the strangers are users whom nothing but the key policy lets in.
        client = Account()
        bad, good = client.user("nimbus", may=[]), client.user("partner", may=[])
        key_arn = key(client, own(client), allow({"AWS": [bad.principal, good.principal]}))
        ids = {path.holder: path.id for path in KIND.discover(client.regional)}
        return SimpleNamespace(
            scope=client.region,
            login=client.root,
            path_id=ids[bad.principal],
            bystander_id=ids[good.principal],
            tried=use(client, bad, key_arn),
            bystander_tried=use(client, good, key_arn),
            denied=client.denied("kms:GetKeyPolicy"),
        )


SEED = Seed()


def policy(account: Account, key_arn: str) -> Any:
    answer: Any = account.regional.get("kms:GetKeyPolicy", KeyId=key_arn, PolicyName="default")
    return json.loads(answer["Policy"])


def found(account: Account) -> dict[str, AccessPath]:
    return {path.holder: path for path in KIND.discover(account.regional)}


def cut(account: Account, path: AccessPath) -> tuple[Json, list[Receipt]]:
    before = KIND.image(account.regional, path)
    assert before is not None
    return before, list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))


def test_the_accounts_own_statement_is_the_clients_and_has_no_step(lab_env: Mapping[str, str]) -> None:
    account = Account()
    foreign = "arn:aws:iam::222222222222:root"
    key_arn = key(account, own(account), allow({"AWS": foreign}))
    paths = found(account)
    root = f"arn:aws:iam::{account.id}:root"
    assert paths[root].clues == ((Clue.AWS_ARN, root), (Clue.AWS_ACCOUNT, account.id))
    assert KIND.steps(paths[root]) == ()
    assert [step.verb for step in KIND.steps(paths[foreign])] == [Verb.DISABLE]
    began = policy(account, key_arn)
    with pytest.raises(LockOut):
        list(KIND.do(account.regional, paths[root], Verb.DISABLE, {}, datetime.now(UTC)))
    assert policy(account, key_arn) == began


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param([], id="nobody is left"),
        pytest.param([{"action": USE}], id="the account may only use it"),
        pytest.param([{"action": "kms:*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}}], id="for a time"),
        pytest.param([{"action": "kms:*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/x"}}}], id="as a stranger"),
        pytest.param([{"action": "kms:*", "Resource": "arn:aws:kms:eu-west-1:111111111111:key/other"}], id="of another key"),
    ],
)
def test_no_policy_is_written_that_leaves_the_account_out(lab_env: Mapping[str, str], rest: list[dict[str, Any]]) -> None:
    account = Account()
    foreign = "arn:aws:iam::222222222222:root"
    left = [allow({"AWS": f"arn:aws:iam::{account.id}:root"}, "Own", **more) for more in rest]
    key_arn = key(account, allow({"AWS": foreign}, "Theirs", "kms:*"), *left)
    began = policy(account, key_arn)
    path = found(account)[foreign]
    with pytest.raises(LockOut, match=f"nobody of account {account.id}"):
        cut(account, path)
    assert policy(account, key_arn) == began
    assert KIND.probe(account.regional, path) is Verdict.ALIVE


@pytest.mark.parametrize(
    "statement",
    [
        lambda account: own(account),
        lambda account: allow({"AWS": account.id}, "Own", ["kms:Put*", "kms:Get*"]),
        lambda account: allow({"AWS": f"arn:aws:iam::{account.id}:user/ann"}, "Own", "*"),
        lambda account: own(account, Condition={"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{account.id}:root", f"arn:aws:iam::{account.id}:user/ann"]}}),
        lambda account: own(account, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ],
)
def test_an_administrator_of_the_account_is_enough(lab_env: Mapping[str, str], statement: Any) -> None:
    account = Account()
    foreign = "arn:aws:iam::222222222222:root"
    key_arn = key(account, allow({"AWS": foreign}, "Theirs", "kms:*"), statement(account))
    cut(account, found(account)[foreign])
    assert [one["Sid"] for one in policy(account, key_arn)["Statement"]] == ["Own"]


def test_each_principal_of_each_statement_is_a_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole"}
    theirs = account.role("operate", trust, tags={"handoff:party": "provider"})
    key_arn = key(
        account,
        own(account),
        allow({"AWS": ["arn:aws:iam::222222222222:root", theirs]}, "One"),
        allow("*", "Open"),
        allow({"Service": "cloudtrail.amazonaws.com"}, "Trail", Condition={"StringEquals": {"aws:SourceAccount": account.id}}),
        {**allow({"AWS": "arn:aws:iam::222222222222:root"}, "No"), "Effect": "Deny"},
    )
    # A role behind the account's name is still that role, and its tag tells whose.
    behind = own(account, Condition={"ArnEquals": {"aws:PrincipalArn": theirs}}) | {"Sid": "Behind"}
    other = key(account, own(account), behind)
    seen = {(path.detail["sid"], path.holder): set(path.clues) for path in KIND.discover(account.regional)}
    root = f"arn:aws:iam::{account.id}:root"
    assert seen == {
        ("Own", root): {(Clue.AWS_ARN, root), (Clue.AWS_ACCOUNT, account.id)},
        ("One", "arn:aws:iam::222222222222:root"): {(Clue.AWS_ARN, "arn:aws:iam::222222222222:root"), (Clue.AWS_ACCOUNT, "222222222222")},
        ("One", theirs): {(Clue.AWS_ARN, theirs), (Clue.AWS_ACCOUNT, account.id), (Clue.TAG, "handoff:party=provider")},
        ("Open", "*"): {(Clue.EVERYONE, "anyone")},
        ("Trail", "cloudtrail.amazonaws.com"): {(Clue.AWS_SERVICE, "cloudtrail.amazonaws.com"), (Clue.AWS_ACCOUNT, account.id)},
        ("Behind", root): {(Clue.AWS_ARN, root), (Clue.AWS_ACCOUNT, account.id), (Clue.AWS_ARN, theirs), (Clue.TAG, "handoff:party=provider")},
    }
    assert {path.id.partition("#")[0] for path in KIND.discover(account.regional)} == {key_arn, other}
    (narrowed,) = [path for path in KIND.discover(account.regional) if path.detail["sid"] == "Behind"]
    assert len(KIND.steps(narrowed)) == 1
    cut(account, narrowed)
    assert policy(account, other)["Statement"] == [own(account)]


def test_the_client_goes_on_and_the_policy_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    account = Account()
    theirs, ours = account.user("nimbus", may=[]), account.user("ann")
    key_arn = key(account, own(account), allow({"AWS": theirs.principal}))
    began = policy(account, key_arn)
    outcome = account.cloud.attempt
    assert outcome(*use(account, theirs, key_arn)).outcome is Outcome.WORKED
    path = found(account)[theirs.principal]
    before, receipts = cut(account, path)
    assert [receipt.op for receipt in receipts] == ["kms:PutKeyPolicy"]
    assert outcome(*use(account, theirs, key_arn)).outcome is Outcome.REFUSED
    assert outcome(*use(account, ours, key_arn)).outcome is Outcome.WORKED
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert policy(account, key_arn) == began
    assert outcome(*use(account, theirs, key_arn)).outcome is Outcome.WORKED


def test_nobody_is_put_back_where_the_key_is_not(lab_env: Mapping[str, str]) -> None:
    account = Account()
    foreign = "arn:aws:iam::222222222222:root"
    key_arn = key(account, own(account), allow({"AWS": foreign}))
    path = found(account)[foreign]
    missing = {**path.detail, "key_arn": key_arn.rpartition("/")[0] + "/00000000-0000-4000-8000-000000000000"}
    gone = AccessPath(kind=path.kind, id=path.id, scope=path.scope, holder=path.holder, allows=path.allows, clues=path.clues, detail=missing)
    assert KIND.probe(account.regional, gone) is Verdict.GONE
    with pytest.raises(CloudError, match="not there"):
        list(KIND.undo(account.regional, gone, Verb.DISABLE, {"statements": []}))
