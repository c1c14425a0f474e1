from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.workspaces_workspace import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, one, seeded, undo


def desktop(account: Account, user: str) -> str:
    given = {"DirectoryId": "d-9067000001", "UserName": user, "BundleId": "wsb-000000001"}
    made: Any = account.regional.write_for("workspaces:CreateWorkspaces", Workspaces=[given])[1]
    return str(made["PendingRequests"][0]["WorkspaceId"])


class Seed:
    """Nothing is tried: nobody logs in to a desktop of the lab."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(KIND, account, desktop(account, "jo.nimbus"), desktop(account, "al"), denied="workspaces:DescribeWorkspaces")


SEED = Seed()


def test_the_users_name_is_a_clue_and_the_desktop_stays(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = one(KIND, account, desktop(account, "jo@nimbus.example"))
    assert (Clue.EMAIL, "jo@nimbus.example") in path.clues
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    (left,) = account.regional.read("workspaces:DescribeWorkspaces")
    assert left["State"] == "ADMIN_MAINTENANCE"
    undo(KIND, account, path, before)
