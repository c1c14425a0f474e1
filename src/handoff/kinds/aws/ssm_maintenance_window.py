"""Maintenance windows of Systems Manager: tasks that run on nodes, functions and state machines at set times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _clues
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SsmMaintenanceWindow(Item):
    """One window that has tasks. Whose it is: the owners of what its tasks run and of the roles that they run as; when those differ, somebody decides."""

    id = KindId("aws.ssm_maintenance_window")
    title = "Systems Manager maintenance window"
    row = "A27"
    source = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-maintenance-update.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    # AWS gives no figure; a minute is the finest schedule that a window can have.
    lag = Lag(
        settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindow.html (read 2026-11-22)"
    )
    reads = frozenset({"ssm:DescribeMaintenanceWindowTasks", "ssm:DescribeMaintenanceWindows", "ssm:GetMaintenanceWindow"})
    writes = frozenset({"ssm:DeleteMaintenanceWindow", "ssm:UpdateMaintenanceWindow"})
    fences = frozenset(
        {"ssm:CreateMaintenanceWindow", "ssm:RegisterTaskWithMaintenanceWindow", "ssm:UpdateMaintenanceWindow", "ssm:UpdateMaintenanceWindowTask"}
    )
    creates = frozenset({"aws:ssm/maintenanceWindow:MaintenanceWindow", "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"})
    blind = "What a document, function or state machine of the account's own does, and a run that has begun. A window without tasks is no path."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every window that has a task."""
        windows = reader.read("ssm:DescribeMaintenanceWindows")
        for window, tasks in fan.each(lambda one: (one, list(reader.read("ssm:DescribeMaintenanceWindowTasks", WindowId=one["WindowId"]))), windows):
            if not tasks:
                continue
            runs = sorted({str(task["TaskArn"]) for task in tasks})
            roles = sorted({str(task["ServiceRoleArn"]) for task in tasks if task.get("ServiceRoleArn")})
            yield AccessPath(
                kind=self.id,
                id=str(window["WindowId"]),
                scope=reader.scope,
                holder=", ".join(runs),
                allows=f"run {len(tasks)} task{'s' * (len(tasks) != 1)} at {window.get('Schedule')}" + (f" as {', '.join(roles)}" if roles else ""),
                clues=tuple(dict.fromkeys(clue for name in (*runs, *roles) for clue in _whose(name, reader.scope.id))),
                detail={"name": window.get("Name"), "tasks": runs, "roles": roles, "enabled": window.get("Enabled")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it opens."""
        window = reader.get("ssm:GetMaintenanceWindow", WindowId=path.id)
        return {"enabled": bool(window.get("Enabled"))} if window else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the window's, for all its tasks."""
        return f"window {path.detail['name']} no longer opens, for none of its tasks; undone by enabling it"

    def delete_effect(self, path: AccessPath, /) -> str:
        """Targets and tasks go with it."""
        return f"window {path.detail['name']} is deleted with its targets and tasks, which get new ids when they are made anew, so this cannot be undone"

    def is_off(self, state: Json, /) -> bool:
        """Disabled windows do not open."""
        return state["enabled"] is False

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Disable."""
        yield writer.write("ssm:UpdateMaintenanceWindow", WindowId=path.id, Enabled=False)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Enable."""
        yield writer.write("ssm:UpdateMaintenanceWindow", WindowId=path.id, Enabled=True)

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete; one that is gone is deleted again without an error."""
        yield writer.write("ssm:DeleteMaintenanceWindow", WindowId=path.id, missing_ok=True)


def _whose(name: str, own: str) -> Iterator[tuple[Clue, str]]:
    if name.startswith("arn:"):
        yield from _clues.of_arn(name)
    elif not name.startswith(("AWS-", "Amazon")):
        yield Clue.AWS_ACCOUNT, own
    else:
        yield Clue.AWS_SERVICE, "ssm.amazonaws.com"


KIND: Kind = SsmMaintenanceWindow()
