"""`handoff apply`: only the approved plan, one at a time, and on a machine that fails it stops with one message and goes on later."""

from __future__ import annotations

import fcntl
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from handoff.evidence import ledger as ledgers
from tests.runs._estate import AwsEstate


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


@pytest.mark.slow
def test_another_plan_than_the_approved_one(estate: AwsEstate) -> None:
    digest, before = estate.plan(), estate.state()
    wrong = estate.handoff("apply", "plan.json", "--digest", "sha256:" + "0" * 64)
    assert wrong.returncode == 5
    assert digest in wrong.stderr
    (estate.folder / "plan.json").write_bytes((estate.folder / "plan.json").read_bytes().replace(b'"soak_s":0.2', b'"soak_s":0.1'))
    changed = estate.handoff("apply", "plan.json", "--digest", digest)
    assert changed.returncode == 5
    assert estate.handoff("apply", "none.json", "--digest", digest).returncode == 2
    assert estate.state() == before
    assert not estate.entries("action.intent")


@pytest.mark.slow
def test_a_spec_that_was_changed_after_the_plan_is_refused(estate: AwsEstate) -> None:
    digest = estate.plan()
    estate.spec.write_text(estate.spec.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    moved = estate.handoff("apply", "plan.json", "--digest", digest)
    assert moved.returncode == 7
    assert "was changed after the plan was made" in moved.stderr


@pytest.mark.slow
def test_while_another_run_holds_the_lock(estate: AwsEstate) -> None:
    digest = estate.plan()
    with (estate.ledger.parent / "lock").open("w", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4242\n")
        held.flush()
        busy = estate.handoff("apply", "plan.json", "--digest", digest)
    assert busy.returncode == 8
    assert "process 4242" in busy.stderr
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0, "the lock went with its holder"


@pytest.mark.slow
def test_a_disk_that_is_full_in_the_middle_and_then_has_room(estate: AwsEstate) -> None:
    digest = estate.plan()
    room = estate.ledger.stat().st_size + 9000  # for the sweep's entries and some actions

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "handoff", "apply", "plan.json", "--digest", digest]
    # Without bytecode: a module's file that the limit cut short would stay behind, broken for everybody.
    full = subprocess.run(
        command, cwd=estate.folder, env=estate.env(PYTHONDONTWRITEBYTECODE="1"), capture_output=True, text=True, check=False, preexec_fn=limit, timeout=120
    )
    assert full.returncode == 2, full.stderr
    assert full.stderr.startswith("handoff: ")
    assert "cannot be written" in full.stderr or "could not be written" in full.stderr
    assert "Traceback" not in full.stderr
    begun = len(estate.entries("action.done"))
    assert begun < 16
    ledgers.verify(estate.ledger)
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    assert len(estate.entries("action.done")) == 16


@pytest.mark.slow
def test_a_state_folder_that_cannot_be_made(estate: AwsEstate) -> None:
    (estate.folder / "file").write_text("", encoding="utf-8")  # root may write anywhere, but not below a file
    told = estate.handoff("discover", "spec.yaml", HANDOFF_STATE=str(estate.folder / "file" / "state"))
    assert told.returncode == 2
    assert told.stderr.startswith("handoff: ")
    assert "HANDOFF_STATE" in told.stderr
