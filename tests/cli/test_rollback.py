"""`handoff rollback`: what it says when there is nothing to roll back; tests/runs/test_applying.py rolls back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("run", ["run-000000000000", "run-*", "../run", ""])
def test_a_run_that_is_not_known(run: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "handoff", "rollback", run], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such run" in done.stderr
    assert not list(tmp_path.iterdir())
