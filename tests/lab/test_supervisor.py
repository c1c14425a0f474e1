"""Processes are started, judged and ended one by one, and nobody else's is ever touched."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from handoff.errors import MachineError
from handoff.lab import ports, processes, state, supervisor
from handoff.lab.service import LabPlan, Process
from handoff.lab.state import Running
from handoff.lab.supervisor import PortTaken

SERVES = "import http.server, sys; http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVES
DIES = "import sys; print('the reason it died'); sys.exit(3)"
SILENT = "import time; time.sleep(60)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    code: str
    name: str = "trial"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def process(self, plan: LabPlan, /) -> Process:
        port = plan.ports[self.name]
        return Process(argv=(sys.executable, "-c", self.code, str(port)), env={"TRIAL": "1"}, health_url=f"http://127.0.0.1:{port}/")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        return {}


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[LabPlan]:
    made = LabPlan(folder=tmp_path / "lab", ports=ports.choose(["trial"]))
    state.prepare(made.folder)
    yield made
    supervisor.end([], marks=[supervisor.mark(made.folder, "trial")])


def wait(running: Running, plan: LabPlan, timeout_s: float = 20.0) -> None:
    supervisor.wait_until_healthy({"trial": running}, plan.folder, plan.ca_file, timeout_s=timeout_s)


@pytest.mark.parametrize("code", [SERVES, pytest.param(STUBBORN, marks=pytest.mark.slow)])
def test_started_is_healthy_and_ended_is_gone_with_its_port(plan: LabPlan, code: str) -> None:
    running = supervisor.start(Trial(code=code), plan)
    wait(running, plan)
    assert supervisor.is_healthy(running, plan.ca_file)
    assert processes.memory_bytes(running.pid) > 1_000_000
    assert not ports.is_free(plan.ports["trial"])
    supervisor.end([running])
    assert not supervisor.is_running(running)
    assert ports.is_free(plan.ports["trial"])


def test_process_gets_nothing_of_the_users_environment_but_the_little_it_needs(plan: LabPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the user's own")
    running = supervisor.start(Trial(code=SERVES), plan)
    wait(running, plan)
    seen = Path(f"/proc/{running.pid}/environ").read_bytes()
    assert b"TRIAL=1" in seen
    assert b"AWS_SECRET_ACCESS_KEY" not in seen


def test_death_while_starting_shows_the_end_of_its_log(plan: LabPlan) -> None:
    running = supervisor.start(Trial(code=DIES), plan)
    with pytest.raises(MachineError, match=r"ended while starting(.|\n)*the reason it died"):
        wait(running, plan)


def test_silence_is_not_health(plan: LabPlan) -> None:
    running = supervisor.start(Trial(code=SILENT), plan)
    with pytest.raises(MachineError, match=r"did not answer at http://127\.0\.0\.1"):
        wait(running, plan, timeout_s=0.5)
    assert supervisor.is_running(running)


def test_port_in_use_is_named_before_anything_starts(plan: LabPlan) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", plan.ports["trial"]))
        other.listen()
        with pytest.raises(PortTaken, match=str(plan.ports["trial"])):
            supervisor.start(Trial(code=SERVES), plan)
    supervisor.start(Trial(code=SERVES), plan)


def test_a_reused_pid_is_never_killed() -> None:
    bystander = subprocess.Popen([sys.executable, "-c", SILENT], start_new_session=True)
    try:
        since = processes.born(bystander.pid)
        assert since is not None
        supervisor.end([Running(pid=bystander.pid, born="an earlier process of the same pid", ports=(), health_url="tcp://127.0.0.1:1")])
        assert processes.is_alive(bystander.pid, since)
        supervisor.end([Running(pid=bystander.pid, born=since, ports=(), health_url="tcp://127.0.0.1:1")])
        assert not processes.is_alive(bystander.pid, since)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_process_nobody_wrote_down_is_found_by_its_mark(plan: LabPlan, tmp_path: Path) -> None:
    running = supervisor.start(Trial(code=SERVES), plan)
    wait(running, plan)
    supervisor.end([], marks=[supervisor.mark(tmp_path / "another-lab", "trial")])
    assert supervisor.is_running(running)
    supervisor.end([], marks=[supervisor.mark(plan.folder, "trial")])
    assert not supervisor.is_running(running)
