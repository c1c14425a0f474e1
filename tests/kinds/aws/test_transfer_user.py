from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.transfer_user import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, one, seeded, undo

_BODY = base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + b"k" * 32).decode()


def server(account: Account) -> str:
    made: Any = account.regional.write_for("transfer:CreateServer", IdentityProviderType="SERVICE_MANAGED", Protocols=["SFTP"])[1]
    return str(made["ServerId"])


def user(account: Account, at: str, name: str, *, key: str = f"ssh-ed25519 {_BODY} ops@nimbus.example", **more: object) -> None:
    role = f"arn:aws:iam::{account.id}:role/files"
    account.regional.write("transfer:CreateUser", ServerId=at, UserName=name, Role=role, HomeDirectory="/files", SshPublicKeyBody=key, **more)


class Seed:
    """Nothing is tried: a session begins outside of AWS's API, over SFTP."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        at = server(account)
        user(account, at, "nimbus")
        user(account, at, "acme")
        return seeded(KIND, account, "user nimbus", "user acme", denied="transfer:ListUsers")


SEED = Seed()


def test_a_fingerprint_as_ssh_keygen_gives_it_and_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    user(account, server(account), "files", Tags=[{"Key": "party", "Value": "nimbus"}])
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(_BODY)).digest()).decode().rstrip("=")
    wanted = {(Clue.SSH_KEY, f"SHA256:{digest}"), (Clue.EMAIL, "ops@nimbus.example"), (Clue.TAG, "party=nimbus")}
    assert wanted <= set(one(KIND, account, "user files").clues)


def test_a_user_without_a_key_is_off_and_its_keys_come_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    at = server(account)
    user(account, at, "files")
    account.regional.write("transfer:ImportSshPublicKey", ServerId=at, UserName="files", SshPublicKeyBody=f"ssh-ed25519 {_BODY[:-4]}aaaa")
    path = one(KIND, account, "user files")
    before = cut(KIND, account, path)
    assert len(before["keys"]) == 2
    assert KIND.probe(account.regional, path) is Verdict.DISABLED
    undo(KIND, account, path, before)
    cut(KIND, account, path, Verb.DELETE)
