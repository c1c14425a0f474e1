from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handoff.errors import EvidenceInvalid, MachineError, UsageError
from handoff.evidence.state import StateFolder, write_artefact

if TYPE_CHECKING:
    from pathlib import Path


def test_places_modes_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    state = StateFolder.of("acme-health")
    assert state.path == tmp_path / "state" / "acme-health"
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in (state.path.parent, state.path, state.sweeps, state.plans))
    digest = state.write_plan(b"{}")
    assert state.plan(f"sha256:{digest}") == state.plan(digest)
    assert state.plan(digest).stat().st_mode & 0o777 == 0o600
    assert state.read_artefact(state.plan(digest)) == b"{}"
    assert state.read_artefact(state.sweep(state.write_sweep(b"1\n"))) == b"1\n"
    with state.open_ledger() as ledger, state.lock():
        ledger.append("approval", {})


def test_a_changed_artefact_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path))
    state = StateFolder.of("acme")
    path = state.plan(state.write_plan(b"{}"))
    path.write_bytes(b"{} ")
    with pytest.raises(EvidenceInvalid, match=path.name):
        state.read_artefact(path)


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "a/b"])
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        StateFolder.of(name)


def test_a_digest_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a SHA-256"):
        StateFolder(path=tmp_path).plan("../../etc/passwd")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "file"))
    with pytest.raises(MachineError, match="file"):
        StateFolder.of("acme")
    with pytest.raises(MachineError):
        write_artefact(tmp_path / "missing" / "x", b"")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
