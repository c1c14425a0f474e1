from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.errors import EvidenceInvalid, MachineError, RunLocked
from handoff.evidence.ledger import Ledger, lock, read, verify
from handoff.model import Secret

if TYPE_CHECKING:
    from pathlib import Path

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(st.text(max_size=8), json_values, max_size=4)
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def clock() -> datetime:
    return datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


def written(path: Path, *bodies_: dict[str, object]) -> bytes:
    path.unlink(missing_ok=True)
    with Ledger.open(path, clock=clock) as ledger:
        for number, body in enumerate(bodies_):
            ledger.append("path", body, run=f"r{number % 2}")
    return path.read_bytes()


def three(path: Path) -> bytes:
    return written(path, {"id": "AKIA1"}, {"id": "AKIA2", "text": "ü\u2028"}, {"id": "AKIA3"})


def test_what_was_appended_is_read_back_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ticks = iter(range(10))
    with Ledger.open(path, clock=lambda: clock() + timedelta(microseconds=next(ticks))) as ledger:
        first = ledger.append("plan.made", {"b": 1, "a": [1.5, None, "ü"]}, run="r1")
        second = ledger.append("approval", {})
        assert list(ledger) == [first, second]
        summary = ledger.summary
    assert path.stat().st_mode & 0o777 == 0o600
    assert (first.seq, first.at, first.run, second.run) == (1, clock(), "r1", "")
    assert json.loads(path.read_text().splitlines()[1])["at"] == "2026-11-22T17:30:00.000001Z"
    assert second.previous == hashlib.sha256(path.read_bytes().splitlines(keepends=True)[0]).hexdigest()
    assert verify(path) == summary
    with Ledger.open(path) as again:
        assert again.summary == summary


def test_previous_can_be_checked_with_standard_tools(tmp_path: Path) -> None:
    three(tmp_path / "ledger.jsonl")
    shown = subprocess.run(["sh", "-c", "sed -n 2p ledger.jsonl | sha256sum"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()[0]
    assert json.loads((tmp_path / "ledger.jsonl").read_text().splitlines()[2])["previous"] == shown


@given(content=st.lists(bodies, min_size=1, max_size=6))
@relaxed
def test_any_json_survives(tmp_path: Path, content: list[dict[str, object]]) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, *content)
    assert [json.dumps(entry.body, sort_keys=True) for entry in read(path)] == [json.dumps(body, sort_keys=True) for body in content]


def test_truncation_at_every_byte_of_the_last_line_is_mended_and_recorded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    whole = three(path)
    start = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(start + 1, len(whole)):
        for old in tmp_path.iterdir():
            old.unlink()
        path.write_bytes(whole[:cut])
        with pytest.raises(EvidenceInvalid, match="line 3"):
            verify(path)
        with Ledger.open(path) as ledger:
            ledger.append("after", {})
        entries = list(read(path))
        assert [entry.type for entry in entries] == ["path", "path", "recovered", "after"]
        assert (tmp_path / "ledger.jsonl.torn-3").read_bytes() == whole[start:cut]
        assert entries[2].body["bytes"] == cut - start
        with Ledger.open(path) as ledger:
            assert ledger.summary.count == 4


def test_a_last_line_of_zeros_is_mended_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(three(path) + b"\0" * 40 + b"\n")
    with Ledger.open(path) as ledger:
        assert [entry.type for entry in ledger] == ["path", "path", "path", "recovered"]


def test_a_mending_cut_short_before_its_entry_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    three(path)
    (tmp_path / "ledger.jsonl.torn-4").write_bytes(b'{"torn')
    with Ledger.open(path) as ledger:
        assert [entry.type for entry in ledger][-1] == "recovered"
    with Ledger.open(path) as ledger:
        assert ledger.summary.count == 4


@given(data=st.data())
@relaxed
def test_a_byte_changed_anywhere_is_detected(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "ledger.jsonl"
    whole = bytearray(three(path))
    verify(path)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255).filter(lambda new: new != whole[at]))
    path.write_bytes(whole)
    number = bytes(whole[:at]).count(b"\n") + 1
    with pytest.raises(EvidenceInvalid, match=rf"line [{number}{number + 1}]"):
        verify(path)


@pytest.mark.parametrize(
    ("order", "line"),
    [((1, 0, 2), 1), ((0, 2, 1), 2), ((1, 2), 1), ((0, 2), 2), ((0, 0, 1, 2), 2), ((0, 1, 1, 2), 3), ((0, 1, 2, 2), 4)],
)
def test_lines_reordered_dropped_or_doubled_are_detected_and_not_mended(tmp_path: Path, order: tuple[int, ...], line: int) -> None:
    path = tmp_path / "ledger.jsonl"
    lines = three(path).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[number] for number in order))
    before = path.read_bytes()
    for check in (verify, lambda it: list(read(it)), Ledger.open):
        with pytest.raises(EvidenceInvalid, match=f"line {line}"):
            check(path)
    assert path.read_bytes() == before


def test_dropping_the_tail_shows_only_in_head_and_root(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    lines = three(path).splitlines(keepends=True)
    full = verify(path)
    path.write_bytes(b"".join(lines[:2]))
    short = verify(path)
    assert (short.count, full.count) == (2, 3)
    assert short.head != full.head
    assert short.merkle_root != full.merkle_root


@pytest.mark.parametrize("bad", [Secret("hunter2"), {"deep": [Secret("hunter2")]}, object(), float("nan"), float("inf")])
def test_secrets_and_what_is_not_json_are_refused_and_nothing_is_written(tmp_path: Path, bad: object) -> None:
    path = tmp_path / "ledger.jsonl"
    with Ledger.open(path) as ledger:
        ledger.append("path", {"ok": "***"})
        before = path.read_bytes()
        with pytest.raises((TypeError, ValueError)) as caught:
            ledger.append("path", {"value": bad})
        assert "hunter2" not in str(caught.value)
        assert path.read_bytes() == before
        ledger.append("path", {})
    assert verify(path).count == 2


def _limited(path: Path) -> None:
    """Runs in a process of its own: files may grow by 100 bytes more, so that a write really comes out short."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Ledger.open(path) as ledger:
        limit = path.stat().st_size + 100
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        with pytest.raises(MachineError, match="could not be written"):
            ledger.append("path", {"text": "x" * 300})
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        ledger.append("path", {"text": "fits"})
    os._exit(0)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    three(path)
    process = multiprocessing.get_context("fork").Process(target=_limited, args=(path,))
    process.start()
    process.join(20)
    assert process.exitcode == 0
    assert [entry.body.get("text") for entry in read(path)][2:] == [None, "fits"]


def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="nowhere"):
        Ledger.open(tmp_path / "nowhere" / "ledger.jsonl")
    with pytest.raises(MachineError, match="nothing"):
        verify(tmp_path / "nothing.jsonl")


def test_two_handles_and_many_threads_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    handles = [Ledger.open(path), Ledger.open(path)]
    threads = [threading.Thread(target=lambda handle=handle: [handle.append("path", {}) for _ in range(20)]) for handle in handles * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for handle in handles:
        handle.close()
    assert verify(path).count == 80


KILLED = """
import os, sys
from pathlib import Path
from handoff.evidence.ledger import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger:
    while True:
        print(ledger.append("path", {"pad": "x" * 5000}).seq, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(7)]
        process.kill()
        seen += [int(line) for line in process.stdout.read().splitlines()]
        process.wait()
        with Ledger.open(path) as ledger:
            assert ledger.summary.count >= seen[-1]


def test_the_lock_names_its_holder_and_goes_with_its_process(tmp_path: Path) -> None:
    code = "import sys, pathlib\nfrom handoff.evidence.ledger import lock\nwith lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(RunLocked, match=rf"process {process.pid}") as caught, lock(tmp_path):
        pass
    assert caught.value.exit_code == 8
    process.kill()
    process.wait()
    with lock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    with lock(tmp_path):
        pass
