from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import HandoffError
from handoff.kinds.aws.glacier_vault_lock import KIND
from handoff.model import AccessPath, Verb, Verdict
from tests.kinds.aws._account import Account, document


def lock(account: Account, vault: str, *principals: str) -> str:
    """A vault whose lock is in progress; the id of the lock."""
    account.regional.write("glacier:CreateVault", accountId="-", vaultName=vault)
    allow = {"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "glacier:InitiateJob", "Resource": "*"}
    keep = {"Sid": "Keep", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "glacier:DeleteArchive", "Resource": "*"}
    _, answer = account.regional.write_for("glacier:InitiateVaultLock", accountId="-", vaultName=vault, policy={"Policy": document(allow, keep)})
    return str(answer["lockId"])


class Seed:
    """Nothing in the lab stores archives, so no try. The bystander is in a vault of its own: a lock in progress ends as a whole."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        own = [account.role("own", {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})]
        account.writer.write("iam:CreateUser", UserName="own")
        lock(account, "records", "arn:aws:iam::222222222222:root")
        lock(account, "others", f"arn:aws:iam::{account.id}:user/own", *own)
        ids = {path.holder: path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids["arn:aws:iam::222222222222:root"],
            bystander_id=ids[own[0]],
            tried=None,
            bystander_tried=None,
            denied=account.denied("glacier:GetVaultLock"),
        )


SEED = Seed()


def paths(account: Account) -> list[AccessPath]:
    return list(KIND.discover(account.regional))


def test_a_complete_lock_is_for_a_person_and_stays_alive(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = lock(account, "records", "arn:aws:iam::222222222222:root")
    (before,) = paths(account)
    assert [step.verb for step in KIND.steps(before)] == [Verb.DELETE]
    account.regional.write("glacier:CompleteVaultLock", accountId="-", vaultName="records", lockId=made)
    (after,) = paths(account)
    (step,) = KIND.steps(after)
    assert step.verb is Verb.MANUAL
    assert "never be changed" in step.effect
    with pytest.raises(HandoffError):
        list(KIND.do(account.regional, before, Verb.DELETE, {}, datetime.now(UTC)))
    assert KIND.probe(account.regional, after) is Verdict.ALIVE


def test_only_those_whom_it_lets_in_are_paths(lab_env: Mapping[str, str]) -> None:
    account = Account()
    lock(account, "records", "arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root")
    assert sorted(path.holder for path in paths(account)) == ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"]
