from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.lab import identities
from handoff.lab.azure.world import World, moment, stamp

if TYPE_CHECKING:
    from conftest import Azure


def test_a_restart_keeps_state_signing_key_and_activity_log(azure: Azure) -> None:
    group, principal = azure.group(), azure.principal()
    azure.assign(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7", group)
    token = azure.token(principal)
    azure.stop()
    azure.start()
    assert azure.arm("GET", group, token=token).status_code == 200
    assert azure.arm("GET", group, who=principal).status_code == 200
    since = {"$filter": f"eventTimestamp ge '{(datetime.now(UTC) - timedelta(hours=1)).isoformat()}' and resourceUri eq '{group}'"}
    path = f"/subscriptions/{identities.SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
    assert [e["operationName"]["value"] for e in azure.ok(azure.arm("GET", path, **since))["value"]] == [
        "Microsoft.Resources/subscriptions/resourceGroups/write"
    ]


def test_every_file_with_secrets_is_for_its_owner_only(azure: Azure) -> None:
    files = [path for path in azure.plan.data("azure").iterdir() if path.is_file()]
    assert {"state.json", "entra.key", "root.secret"} <= {path.name for path in files}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_removed_right_lingers_for_its_lag_only(tmp_path: Path) -> None:
    world = World.opened(tmp_path, url="https://127.0.0.1:1", lags_file=None)
    kept = {"type": "A/b", "id": "/a"}
    world.linger("azure.role_assignment", kept)
    assert world.live_and_ghosts("a/b") == []
    world.lags_s = {"azure.role_assignment": 60}
    world.linger("azure.role_assignment", kept)
    assert world.live_and_ghosts("a/b") == [kept]
    world.ghosts[0]["until"] = 0
    assert world.live_and_ghosts("a/b") == []


def test_times_of_azure_and_of_its_sdks_are_understood() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)
    assert stamp(at) == "2026-01-02T03:04:05.0006000Z"
    assert moment(stamp(at)) == at
    assert moment("2026-01-02T03:04:05Z") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert moment("2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)
