"""Starts one process of the lab, tells whether it is well, and ends it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff.errors import MachineError
from handoff.lab import ports, processes
from handoff.lab.state import Running

if TYPE_CHECKING:
    from pathlib import Path

    from handoff.lab.service import LabPlan, Service

START_TIMEOUT_S = 40.0
_PROBE_TIMEOUT_S = 2.0
_POLL_S = 0.05
_POLITE_S = 8.0
_CLOSE_TIMEOUT_S = 5.0
_TAIL_LINES = 8
_STARTED = "--- started"
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "XDG_CACHE_HOME")
"""All that a process of the lab gets from the user's environment: no proxy, certificate or credential variable."""


class PortTaken(MachineError):
    """Another program took a port between our choosing it and the process's binding it."""


def log_file(folder: Path, name: str) -> Path:
    """Where a process's output goes."""
    return folder / "logs" / f"{name}.log"


def mark(folder: Path, name: str) -> str:
    """What tells this lab's process from everybody else's."""
    return f"{folder}#{name}"


def port_names(service: Service) -> tuple[str, ...]:
    """The ports it needs, by the names that LabPlan uses."""
    return service.parts or (service.name,)


def start(service: Service, plan: LabPlan) -> Running:
    """Start a process in its own session, with its output in a log file.

    Raises:
        PortTaken: a port of its is in use.
        MachineError: it cannot be started.

    """
    numbers = tuple(plan.ports[name] for name in port_names(service))
    taken = [number for number in numbers if not ports.is_free(number)]
    if taken:
        raise PortTaken(
            f"port {taken[0]} of the lab's {service.name} is in use by another program",
            hint="End that program, or run `handoff lab down` and `handoff lab up`.",
        )
    plan.data(service.name).mkdir(parents=True, exist_ok=True, mode=0o700)
    process = service.process(plan)
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {"PYTHONUNBUFFERED": "1", **process.env, processes.MARK: mark(plan.folder, service.name)}
    with log_file(plan.folder, service.name).open("ab") as log:
        log.write(f"{_STARTED} {datetime.now(UTC).isoformat(timespec='seconds')}\n".encode())
        log.flush()
        try:
            child = subprocess.Popen(
                process.argv, env=environment, cwd=plan.data(service.name), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        except OSError as error:
            raise MachineError(f"the lab's {service.name} cannot be started: {process.argv[0]}: {error.strerror}") from error
    return Running(pid=child.pid, born=processes.born(child.pid) or "", ports=numbers, health_url=process.health_url)


def wait_until_healthy(running: Mapping[str, Running], folder: Path, ca_file: Path, *, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return once all of them answer.

    Raises:
        MachineError: one of them ended or did not answer in time; the message carries the end of its log.

    """
    waiting = dict(running)
    deadline = time.monotonic() + timeout_s
    while waiting:
        for name, process in list(waiting.items()):
            if is_healthy(process, ca_file):
                del waiting[name]
            elif not is_running(process):
                raise _failed(name, folder, "ended while starting", process)
            elif time.monotonic() > deadline:
                raise _failed(name, folder, f"did not answer at {process.health_url} within {timeout_s:.0f} s", process)
        if waiting:
            time.sleep(_POLL_S)


def is_running(process: Running) -> bool:
    """True when exactly this process is alive; reaps it when it was ours and has ended."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    return processes.is_alive(process.pid, process.born)


def is_healthy(process: Running, ca_file: Path) -> bool:
    """True when this process is alive and its health address answers as it should."""
    return is_running(process) and _answers(process.health_url, ca_file)


def end(running: Iterable[Running], *, marks: Iterable[str] = ()) -> None:
    """End exactly these processes, and any that carry one of these marks, and wait until their ports are closed.

    Raises:
        MachineError: a process or port outlived it.

    """
    known = list(running)
    targets = {(process.pid, process.born) for process in known if process.born}
    targets |= {stray for text in marks for stray in processes.strays(text)}
    processes.end(sorted(targets), patience_s=_POLITE_S)
    for process in known:
        is_running(process)  # reap
    left = [pid for pid, since in targets if processes.is_alive(pid, since)]
    if left:
        raise MachineError(f"processes of the lab did not end: {', '.join(map(str, sorted(left)))}", hint="End them by hand.")
    _wait_closed([port for process in known for port in process.ports])


def _wait_closed(numbers: list[int]) -> None:
    deadline = time.monotonic() + _CLOSE_TIMEOUT_S
    while time.monotonic() < deadline and not all(ports.is_free(number) for number in numbers):
        time.sleep(_POLL_S)


def _answers(url: str, ca_file: Path) -> bool:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 0
    try:
        if parts.scheme == "tcp":
            with socket.create_connection((host, port), timeout=_PROBE_TIMEOUT_S):
                return True
        connection = _connection(parts.scheme, host, port, ca_file)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False


def _connection(scheme: str, host: str, port: int, ca_file: Path) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_PROBE_TIMEOUT_S, context=ssl.create_default_context(cafile=str(ca_file)))
    return http.client.HTTPConnection(host, port, timeout=_PROBE_TIMEOUT_S)


def _failed(name: str, folder: Path, what: str, process: Running) -> MachineError:
    path = log_file(folder, name)
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    lines = text.rpartition(_STARTED)[2].splitlines()[1:][-_TAIL_LINES:]  # of this start only
    listing = "".join(f"\n  {line}" for line in lines)
    message = f"the lab's {name} {what}; the end of {path}:{listing or ' (empty)'}"
    if not is_running(process) and not all(ports.is_free(port) for port in process.ports):
        return PortTaken(message)
    return MachineError(message)
