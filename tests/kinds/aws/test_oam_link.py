from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.oam_link import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, one, seeded, undo


def link(account: Account, owner: str, **more: object) -> None:
    sink = f"arn:aws:oam:{REGION}:{owner}:sink/0f3d9d4e-0000-4000-8000-000000000000"
    account.regional.write("oam:CreateLink", LabelTemplate="$AccountName", ResourceTypes=["AWS::Logs::LogGroup"], SinkIdentifier=sink, **more)


class Seed:
    """Nothing is tried: what a sink shows is no call on the linked account."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        link(account, CUT)
        link(account, KEPT)
        return seeded(KIND, account, CUT, KEPT, denied="oam:ListLinks")


SEED = Seed()


def test_filters_and_tags_come_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    link(account, CUT, LinkConfiguration={"LogGroupConfiguration": {"Filter": "LogGroupName LIKE '/shop%'"}}, Tags={"made": "by hand"})
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    assert before["Tags"] == {"made": "by hand"}
    undo(KIND, account, path, before)
