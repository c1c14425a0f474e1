"""The lab that tests run against: one for the session of each worker, in its own folder, always taken down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from handoff.lab import environment, state
from handoff.lab import up as lab_up
from handoff.lab.progress import Silent
from handoff.lab.service import LabPlan

# A job that a shell starts in the background ignores Ctrl-C, and so would every process that the tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLab:
    """A lab that is up for the whole session; tests make their own names in it and leave the identities alone."""

    plan: LabPlan
    env: Mapping[str, str]
    """What `handoff lab env` would export."""

    def process_env(self, **more: str) -> dict[str, str]:
        """A whole environment for a child process: the machine's, the lab's, and `more`."""
        return {**os.environ, **self.env, **more}

    def handoff(self, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the `handoff` command against this lab."""
        command = [sys.executable, "-m", "handoff", *arguments]
        return subprocess.run(command, cwd=cwd, env=self.process_env(**more), capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A whole lab; `HANDOFF_TEST_LAB_ONLY=aws,azurite` starts fewer services while one works on a part."""
    folder = tmp_path_factory.mktemp("lab") / "lab"
    only = tuple(name for name in os.environ.get("HANDOFF_TEST_LAB_ONLY", "").split(",") if name)
    try:
        made = lab_up.up(folder, Silent(), only=only)
        yield RunningLab(plan=made.state.plan, env=environment.of_lab(made.state.plan, made.engine))
    finally:
        lab_up.down(folder)


@pytest.fixture
def lab_env(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The lab's variables, set in this process for one test."""
    for name, value in lab.env.items():
        monkeypatch.setenv(name, value)
    return lab.env


@pytest.fixture
def no_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab folder of the test's own, with nothing in it yet; whatever the test starts there is ended."""
    folder = tmp_path / "lab"
    monkeypatch.setenv(state.VARIABLE, str(folder))
    return folder
