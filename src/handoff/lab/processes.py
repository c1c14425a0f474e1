"""Processes as the kernel knows them: a pid together with its start time names one process for good."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

MARK = "HANDOFF_LAB_PROCESS"
"""In the environment of every process of a lab: `FOLDER#SERVICE`."""
_PROC = Path("/proc")
_POLL_S = 0.05


def born(pid: int) -> str | None:
    """When the process with this pid started, in the kernel's words; None when there is none (or only a zombie)."""
    if not (_PROC / "self" / "stat").exists():
        return _born_by_ps(pid)
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else f"{_boot()}:{fields[19]}"


def is_alive(pid: int, since: str) -> bool:
    """True when exactly that process still runs."""
    return born(pid) == since


def memory_bytes(pid: int) -> int:
    """Resident memory; 0 when the process is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        answer = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return int(answer.stdout.strip() or 0) * 1024


def strays(mark: str) -> Iterator[tuple[int, str]]:
    """Processes of this user that carry exactly this mark: started by a lab, whether or not anyone wrote them down."""
    wanted = f"{MARK}={mark}".encode()
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                since = born(int(entry.name))
                if since is not None:
                    yield int(entry.name), since


def end(targets: list[tuple[int, str]], *, patience_s: float) -> None:
    """End exactly these processes and the groups they lead: politely, then by force once patience is over."""
    for number, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, patience_s)):
        for pid, since in targets:
            if is_alive(pid, since):
                _signal(pid, number)
        deadline = time.monotonic() + wait_s
        while any(is_alive(pid, since) for pid, since in targets):
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        else:
            return


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


@cache
def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return "boot"


def _born_by_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, since = answer.stdout.strip().partition(" ")
    return since.strip() if since and not state.startswith("Z") else None
