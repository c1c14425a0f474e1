"""Which engine is taken: the user's own when it will do, never ours by way of PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.lab.engine import find
from handoff.lab.engine.find import Origin


def script(path: Path, text: str = "exit 0") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of one folder, and an empty cache."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_none_is_here(own: Path) -> None:
    assert find.find() is None
    assert find.why_not_on_path() == "no `pulumi` on PATH"


@pytest.mark.parametrize(("version", "taken"), [("v3.250.0", True), ("v3.301.1", True), ("v4.0.0-alpha.1", True), ("v3.249.9", False), ("nonsense", False)])
def test_own_engine_is_taken_when_new_enough(own: Path, version: str, taken: bool) -> None:
    script(own / "pulumi", f"echo {version}")
    script(own / find.HOST)
    engine = find.find()
    assert (engine is not None) is taken
    if engine is not None:
        assert engine.origin is Origin.PATH
        assert engine.runner is None
    else:
        assert "older than 3.250.0" in find.why_not_on_path()


def test_own_engine_without_a_python_host_is_not_taken(own: Path) -> None:
    script(own / "pulumi", "echo v3.300.0")
    assert find.find() is None
    assert find.HOST in find.why_not_on_path()


def test_broken_engine_is_not_taken(own: Path) -> None:
    script(own / "pulumi", "echo v3.300.0; exit 1")
    script(own / find.HOST)
    assert find.find() is None


def test_built_engine_counts_only_when_whole_and_is_not_mistaken_for_the_users(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = find.home() / find.BUILT_VERSION / "bin"
    script(folder / "pulumi", f"echo v{find.BUILT_VERSION}")
    assert find.find() is None
    script(folder / find.RUNNER)
    script(folder / find.HOST)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    engine = find.find()
    assert engine is not None
    assert engine.origin is Origin.BUILT
    assert engine.runner == folder / find.RUNNER
