from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ssh_public_key import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account

_BODY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"


def upload(account: Account, user: str) -> str:
    _, answer = account.writer.write_for("iam:UploadSSHPublicKey", UserName=user, SSHPublicKeyBody=f"{_BODY}{account.id}{user}")
    made: Any = answer["SSHPublicKey"]
    return str(made["SSHPublicKeyId"])


class Seed:
    """The lab has no CodeCommit that a key could reach, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.user("nimbus", may=[])
        account.user("acme", may=[])
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=upload(account, "nimbus"),
            bystander_id=upload(account, "acme"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListSSHPublicKeys"),
        )


SEED = Seed()


def test_both_keys_of_a_user_and_whose_they_are(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("nimbus", may=[], tags={"party": "nimbus"})
    ids = {upload(account, "nimbus"), upload(account, "nimbus")}
    paths = list(KIND.discover(account.writer))
    assert {path.id for path in paths} == ids
    assert all((Clue.TAG, "party=nimbus") in path.clues for path in paths)


def test_one_that_was_off_before_stays_off_after_an_undo(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("nimbus", may=[])
    key = upload(account, "nimbus")
    account.writer.write("iam:UpdateSSHPublicKey", UserName="nimbus", SSHPublicKeyId=key, Status="Inactive")
    (path,) = KIND.discover(account.writer)
    before = KIND.image(account.writer, path)
    assert before is not None
    assert list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC))) == []
    list(KIND.undo(account.writer, path, Verb.DISABLE, before))
    assert KIND.probe(account.writer, path) is Verdict.DISABLED
