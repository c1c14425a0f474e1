from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ec2_key_pair import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded, tags


def pair(account: Account, name: str, **more: object) -> str:
    return str(made(account, "ec2:CreateKeyPair", "KeyPairId", KeyName=name, **more))


class Seed:
    """Nothing is tried: what a key opens are hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, pair(account, "nimbus"), pair(account, "acme"), denied="ec2:DescribeKeyPairs")


SEED = Seed()


def test_fingerprint_tags_and_name_tell_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, pair(account, "ops@nimbus.example", TagSpecifications=tags("key-pair", team="nimbus")))
    assert {(Clue.TAG, "team=nimbus"), (Clue.EMAIL, "ops@nimbus.example"), (Clue.SSH_KEY, path.detail["fingerprint"])} <= set(path.clues)
    assert [step.verb for step in KIND.steps(path)] == [Verb.DELETE]


def test_a_new_pair_of_the_same_name_is_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, pair(account, "shared"))
    before = cut(KIND, account, path, Verb.DELETE)
    other = pair(account, "shared")
    assert KIND.probe(account.regional, path) is Verdict.GONE
    list(KIND.delete(account.regional, path, before))  # type: ignore[attr-defined]
    assert other in paths(KIND, account)
