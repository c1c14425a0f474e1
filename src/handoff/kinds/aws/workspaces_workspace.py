"""WorkSpaces: desktops inside the client's network, each of one user of a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_SHUT = "ADMIN_MAINTENANCE"
_ENDED = frozenset({"TERMINATED", "TERMINATING"})


class WorkspacesWorkspace(Item):
    """One desktop. It is shut and not terminated: what its user left on it may be the client's."""

    id = KindId("aws.workspaces_workspace")
    title = "WorkSpace (desktop)"
    row = "A34"
    source = "https://docs.aws.amazon.com/workspaces/latest/api/API_ModifyWorkspaceState.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # Users cannot log in to a WorkSpace in this state; AWS gives no figure for how soon. Five minutes is our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/workspaces/latest/api/API_ModifyWorkspaceState.html (read 2026-11-22)")
    reads = frozenset({"workspaces:DescribeWorkspaces"})
    writes = frozenset({"workspaces:ModifyWorkspaceState"})
    fences = frozenset(
        {"workspaces:CreateWorkspaces", "workspaces:ModifyWorkspaceState", "workspaces:RegisterWorkspaceDirectory", "workspaces:StartWorkspaces"}
    )
    creates = frozenset({"aws:workspaces/workspace:Workspace"})
    blind = "The directory's users themselves, whom only the directory disables, and their mail addresses, which it does not show here; pools of WorkSpaces; AppStream."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every desktop of the region that its user can reach, or could after a start."""
        for one in reader.read("workspaces:DescribeWorkspaces"):
            if one.get("State") in _ENDED | {_SHUT}:
                continue
            user = str(one["UserName"])
            yield AccessPath(
                kind=self.id,
                id=str(one["WorkspaceId"]),
                scope=reader.scope,
                holder=f"user {user} of directory {one['DirectoryId']}",
                allows=f"work on a desktop in subnet {one.get('SubnetId') or 'of the directory'}",
                clues=(*_marks.of_texts(user), (Clue.NAME, user)),
                detail={"user": user, "directory": one["DirectoryId"]},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is shut; that it runs or has stopped by itself is no change."""
        for one in reader.read("workspaces:DescribeWorkspaces", WorkspaceIds=[path.id]):
            if one["WorkspaceId"] == path.id and one.get("State") not in _ENDED:
                return {"shut": one.get("State") == _SHUT}
        return None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the state."""
        return f"WorkSpace {path.id} of {path.holder} is set to {_SHUT}, in which nobody logs in; undone by setting it AVAILABLE. Its disks stay"

    def is_off(self, state: Json, /) -> bool:
        """Shut."""
        return bool(state["shut"])

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Shut it."""
        yield writer.write("workspaces:ModifyWorkspaceState", WorkspaceId=path.id, WorkspaceState=_SHUT, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Open it."""
        yield writer.write("workspaces:ModifyWorkspaceState", WorkspaceId=path.id, WorkspaceState="AVAILABLE")


KIND: Kind = WorkspacesWorkspace()
