"""What `handoff lab env` prints: the variables with which every client of the lab works."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from handoff import lags, logins, registry
from handoff.lab import logbook, state
from handoff.lab.engine import wrapper

if TYPE_CHECKING:
    from handoff.lab.engine.find import Engine
    from handoff.lab.service import LabPlan, Service

PASSPHRASE = "handoff-lab"
"""Protects Pulumi secrets of the lab only; it is public on purpose."""


def services() -> Mapping[str, Service]:
    """Every service, by name."""
    return {service.name: service for service in cast("Mapping[str, Service]", registry.load("handoff.lab.services", "SERVICE")).values()}


def of_clouds(plan: LabPlan) -> Mapping[str, str]:
    """What a client of the clouds needs; services that this lab does not run export nothing."""
    found = {
        "HANDOFF_CA_FILE": str(plan.ca_file),
        lags.VARIABLE: str(plan.lags_file),
        logins.VARIABLE: str(logbook.path(plan)),
        state.VARIABLE: str(plan.folder),
    }
    for service in services().values():
        if service.name in plan.ports:
            found |= service.exports(plan)
    return found


def of_lab(plan: LabPlan, engine: Engine | None, *, stack: str | None = None) -> Mapping[str, str]:
    """Everything, for a shell."""
    found = dict(of_clouds(plan))
    for service in services().values():
        if service.parts and all(part in plan.ports for part in service.parts):
            found |= service.exports(plan)
    found |= of_pulumi(plan)
    if stack:
        found["PULUMI_STACK"] = stack
    first = ([str(engine.pulumi.parent)] if engine else []) + [str(Path(sys.executable).parent)]
    rest = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if entry and entry not in first]
    return found | {wrapper.VARIABLE: sys.executable, "PATH": os.pathsep.join([*first, *rest])}


def of_pulumi(plan: LabPlan) -> Mapping[str, str]:
    """State on this machine only, in the lab's folder: it goes when the emulators' resources go."""
    return {
        "PULUMI_BACKEND_URL": f"file://{plan.folder / 'pulumi' / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(plan.folder / "pulumi" / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def shell(exports: Mapping[str, str]) -> str:
    """`export X=...` lines for a POSIX shell."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in exports.items())
