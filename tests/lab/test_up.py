"""`handoff lab up / status / down`, as a user runs them, with the two quickest services."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handoff.lab import ports, processes, state
from handoff.lab import up as lab

ONLY = ("--only", "aws,gcs")


def handoff(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "handoff", "lab", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120)


def lines(answer: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


@pytest.fixture
def folder(no_lab: Path) -> Iterator[Path]:
    yield no_lab
    lab.down(no_lab)


@pytest.mark.slow
def test_life_of_a_lab(folder: Path) -> None:
    first = handoff("up", *ONLY, "--json")
    assert first.returncode == 0, first.stderr
    assert lines(first)[-1]["started"] == ["aws", "gcs"]
    second = handoff("up", *ONLY, "--json")
    assert lines(second)[-1]["started"] == []
    well = handoff("status", "--json")
    assert well.returncode == 0
    assert {entry["name"]: entry["state"] for entry in lines(well) if entry["type"] == "process"} == {"aws": "healthy", "gcs": "healthy"}

    known = state.required(folder)
    os.kill(known.processes["gcs"].pid, signal.SIGKILL)
    time.sleep(0.2)
    ill = handoff("status", "--json")
    assert ill.returncode == 3
    assert lines(ill)[-1]["not_well"] == ["gcs"]
    again = handoff("up", *ONLY, "--json")
    assert lines(again)[-1]["started"] == ["gcs"]
    mended = state.required(folder)
    assert mended.processes["aws"] == known.processes["aws"]
    assert mended.ports == known.ports, "shells that know the old ports go on working"

    down = handoff("down", "--json")
    assert sorted(lines(down)[-1]["ended"]) == ["aws", "gcs"]
    assert not any(processes.is_alive(running.pid, running.born) for running in mended.processes.values())
    assert all(ports.is_free(port) for port in mended.ports.values())
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert handoff("down").returncode == 0


@pytest.mark.slow
def test_credentials_are_for_the_user_only_and_survive_keep(folder: Path) -> None:
    assert handoff("up", *ONLY).returncode == 0
    secret = [folder / "logins.json", folder / "lab.json", *(path for path in (folder / "credentials").iterdir() if path.name != "tls.pem")]
    assert len(secret) > 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in secret)
    before = (folder / "credentials" / "aws-credentials").read_text(encoding="utf-8")
    assert handoff("down", "--keep").returncode == 0
    assert handoff("env").returncode == 2
    assert handoff("up", *ONLY).returncode == 0
    assert (folder / "credentials" / "aws-credentials").read_text(encoding="utf-8") == before
    whoami = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    exports = lines(handoff("env", "--json"))[-1]["exports"]
    answer = subprocess.run([sys.executable, "-c", whoami], env={**os.environ, **exports}, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "arn:aws:iam::111111111111:user/acme-admin", answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before anything", "at the first process", "at the last process"])
def test_interrupted_up_leaves_no_process(folder: Path, when: str) -> None:
    command = [sys.executable, "-m", "handoff", "lab", "up", *ONLY]
    starting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_until(folder, when)
    starting.send_signal(signal.SIGINT)
    _, told = starting.communicate(timeout=60)
    assert "Traceback" not in told
    if handoff("status").returncode == 0:
        return  # all was up before the interrupt: a whole lab that `status` and `down` know is nothing left behind
    assert starting.returncode == 130
    marks = [f"{folder}#{name}" for name in ("aws", "gcs")]
    assert [stray for mark in marks for stray in processes.strays(mark)] == []
    assert handoff("status").returncode == 3


def _wait_until(folder: Path, when: str) -> None:
    """Until the lab's own notes say so; ministack needs far longer to answer than it takes to look."""
    wanted = {"before anything": 0, "at the first process": 1, "at the last process": 2}[when]
    deadline = time.monotonic() + 60
    while wanted and time.monotonic() < deadline:
        known = state.load(folder)
        if known is not None and len(known.processes) >= wanted:
            return
        time.sleep(0.005)
    time.sleep(0.3)


def test_fixed_port_in_use_is_named(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        answer = handoff("up", *ONLY, "--json", HANDOFF_LAB_PORT_AWS=taken)
    assert answer.returncode == 2
    told = json.loads(answer.stderr.splitlines()[-1])
    assert told["error"] == "MachineError"
    assert taken in told["message"]
    assert "HANDOFF_LAB_PORT_AWS" in told["message"]


def test_unusable_folder_is_one_clear_message() -> None:
    answer = handoff("up", *ONLY, HANDOFF_LAB_DIR="/proc/nowhere/lab")
    assert answer.returncode == 2
    assert "/proc/nowhere/lab cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_env_without_a_lab_says_what_to_do(no_lab: Path) -> None:
    answer = handoff("env")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "handoff lab up" in answer.stderr


def test_unknown_service_is_refused_with_the_known_ones(no_lab: Path) -> None:
    answer = handoff("up", "--only", "aws,oracle")
    assert answer.returncode == 2
    assert "oracle" in answer.stderr
    assert "azurite" in answer.stderr
