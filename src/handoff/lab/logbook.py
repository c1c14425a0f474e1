"""The lab's logins (`logins.json`): bootstraps add to it, everything else reads it through `handoff.logins`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from handoff import logins

if TYPE_CHECKING:
    from pathlib import Path

    from handoff.lab.service import LabPlan
    from handoff.model import Login


def path(plan: LabPlan) -> Path:
    """The file, of mode 0600."""
    return plan.folder / "logins.json"


def add(plan: LabPlan, *added: Login) -> None:
    """Write logins, replacing those of the same cloud and name."""
    known = {(login.cloud, login.name): login for login in _load(plan)}
    known |= {(login.cloud, login.name): login for login in added}
    logins.dump(known.values(), path(plan))


def find(plan: LabPlan, *, cloud: str, name: str) -> Mapping[str, str] | None:
    """The entry of one login as it stands in the file, secrets in the clear, or None when there is none yet."""
    if not path(plan).exists():
        return None
    entries = json.loads(path(plan).read_text(encoding="utf-8"))["logins"]
    return next((entry for entry in entries if entry["cloud"] == cloud and entry["name"] == name), None)


def _load(plan: LabPlan) -> Iterable[Login]:
    return logins.load(path(plan)) if path(plan).exists() else ()
