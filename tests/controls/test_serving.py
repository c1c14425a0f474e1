"""The packs of one engine run meet in one process; real processes, as the engine starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2_grpc

ROOT = Path(__file__).resolve().parents[2]
Pack = tuple[subprocess.Popen[str], int]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def start(running: list[subprocess.Popen[str]], pack: str, engine: str, **variables: str) -> Pack:
    command = [sys.executable, "-u", "-m", "handoff.controls.serving", str(ROOT / "policies" / pack), engine]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True)
    running.append(process)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def name_of(port: int) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return str(analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty(), timeout=30).name)


def memory_mib(process: subprocess.Popen[str]) -> float:
    return int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def gone(process: subprocess.Popen[str]) -> bool:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process.poll() is not None


def test_the_packs_of_one_run_share_a_process(started: list[subprocess.Popen[str]]) -> None:
    engine = f"127.0.0.1:{uuid.uuid4().hex}"
    packs = [start(started, name, engine) for name in ("residency", "baseline", "exit_readiness")]
    assert [name_of(port) for _, port in packs] == ["residency", "baseline", "exit_readiness"]
    first, *others = (process for process, _ in packs)
    assert all(memory_mib(one) < memory_mib(first) / 2 for one in others)


def test_another_run_has_a_process_of_its_own(started: list[subprocess.Popen[str]]) -> None:
    first, _ = start(started, "residency", f"127.0.0.1:{uuid.uuid4().hex}")
    _, port = start(started, "baseline", f"127.0.0.1:{uuid.uuid4().hex}")
    first.kill()
    assert name_of(port) == "baseline"


def test_the_end_of_one_that_waits_harms_nobody_and_the_end_of_the_first_ends_all(started: list[subprocess.Popen[str]]) -> None:
    engine = f"127.0.0.1:{uuid.uuid4().hex}"
    (first, port), (second, _), (third, _) = (start(started, name, engine) for name in ("residency", "baseline", "exit_readiness"))
    second.kill()
    assert name_of(port) == "residency"
    assert third.poll() is None
    first.kill()
    assert gone(third)


def test_what_a_killed_run_leaves_behind_is_in_nobodys_way(started: list[subprocess.Popen[str]]) -> None:
    engine = f"127.0.0.1:{uuid.uuid4().hex}"
    first, _ = start(started, "residency", engine)
    first.kill()
    assert gone(first)
    _, port = start(started, "baseline", engine)
    assert name_of(port) == "baseline"


def test_without_a_folder_of_its_own_a_pack_serves_alone(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    (tmp_path / f"handoff-packs-{os.getuid()}").mkdir(mode=0o755)
    (tmp_path / f"handoff-packs-{os.getuid()}").chmod(0o777)  # which is what must not be trusted
    engine = f"127.0.0.1:{uuid.uuid4().hex}"
    _, port = start(started, "residency", engine, TMPDIR=str(tmp_path))
    other, other_port = start(started, "baseline", engine, TMPDIR=str(tmp_path))
    assert (name_of(port), name_of(other_port)) == ("residency", "baseline")
    assert memory_mib(other) > 20
