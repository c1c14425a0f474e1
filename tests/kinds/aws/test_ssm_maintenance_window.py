from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ssm_maintenance_window import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

FOREIGN = "arn:aws:ssm:eu-west-1:222222222222:document/agent"


def window(account: Account, *tasks: str) -> str:
    name = str(
        made(account, "ssm:CreateMaintenanceWindow", "WindowId", Name="nightly", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True)
    )
    for task in tasks:
        account.regional.write("ssm:RegisterTaskWithMaintenanceWindow", WindowId=name, TaskArn=task, TaskType="RUN_COMMAND")
    return name


class Seed:
    """Nothing is tried: tasks run on hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, window(account, FOREIGN), window(account, "AWS-RunPatchBaseline"), denied="ssm:DescribeMaintenanceWindowTasks")


SEED = Seed()


def test_all_of_its_tasks_count_and_one_without_tasks_is_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    mixed, empty = window(account, FOREIGN, "harden"), window(account)
    found = paths(KIND, account)
    assert empty not in found
    assert set(found[mixed].clues) == {(Clue.AWS_ARN, FOREIGN), (Clue.AWS_ACCOUNT, "222222222222"), (Clue.AWS_ACCOUNT, account.id)}


def test_switched_off_it_keeps_its_tasks(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = window(account, FOREIGN)
    path = path_of(KIND, account, name)
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.DISABLED
    assert len(list(account.regional.read("ssm:DescribeMaintenanceWindowTasks", WindowId=name))) == 1
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before
