from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from handoff.kinds.aws.cloudfront_key_group import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, one, seeded, undo


def key(account: Account, name: str, comment: str = "") -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = made.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    given = {"CallerReference": name, "Name": name, "EncodedKey": pem, "Comment": comment}
    answer: Any = account.writer.write_for("cloudfront:CreatePublicKey", PublicKeyConfig=given)[1]
    return str(answer["PublicKey"]["Id"])


def group(account: Account, name: str, *keys: str) -> str:
    answer: Any = account.writer.write_for("cloudfront:CreateKeyGroup", KeyGroupConfig={"Name": name, "Items": list(keys), "Comment": "films"})[1]
    return str(answer["KeyGroup"]["Id"])


class Seed:
    """Nothing is tried: the lab serves no content through CloudFront."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = key(account, "nimbus"), key(account, "acme")
        group(account, "films", bad, good, key(account, "spare"))
        return seeded(KIND, account, f"#{bad}", f"#{good}", denied="cloudfront:ListKeyGroups")


SEED = Seed()


def test_the_only_key_is_a_persons_to_replace_and_a_comment_tells_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bad = key(account, "nimbus", "made by ops@nimbus.example")
    group(account, "films", bad)
    path = one(KIND, account, bad)
    assert {(Clue.EMAIL, "ops@nimbus.example")} < set(path.clues)
    assert Clue.SHARED_SECRET in dict(path.clues)
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]


def test_the_rest_of_the_group_stays(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bad, good = key(account, "nimbus"), key(account, "acme")
    name = group(account, "films", bad, good)
    path = one(KIND, account, f"#{bad}")
    before = cut(KIND, account, path)
    left: Any = account.writer.get("cloudfront:GetKeyGroup", Id=name)
    assert left["KeyGroup"]["KeyGroupConfig"] == {"Name": "films", "Items": [good], "Comment": "films"}
    undo(KIND, account, path, before)
