"""The records of one exit for the commands that certify, sign and verify: told by the story of tests/evidence."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handoff.evidence.state import StateFolder

SPEC = Path(__file__).parents[2] / "engagements/harbor-books.yaml"
_STORY = Path(__file__).parents[1] / "evidence/conftest.py"


def _story() -> Any:
    name = "handoff_test_story"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _STORY)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def exit_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes the records of an exit into a state folder of the test's own; gives the run's id."""
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))

    def tell(**changes: Any) -> str:
        return str(_story().Story(state=StateFolder.of("harbor-books"), **changes).tell())

    return tell


@pytest.fixture
def exit_spec() -> str:
    return str(SPEC)
