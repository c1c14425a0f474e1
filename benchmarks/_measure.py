"""Times whole processes and prints JSON. Only ratios within one run mean anything: machines and their load differ."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HANDOFF = Path(sys.executable).with_name("handoff")
SPEC = "engagements/acme-health.yaml"
BARE = (sys.executable, "-c", "pass")
_SAMPLE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command, run."""

    seconds: float
    rss_mib: float
    """Peak, over time, of the resident memory of the process and all below it, summed; pages they share count for each."""
    pss_mib: float
    """The same with shared pages counted once."""


def seconds(argv: Sequence[str | Path], *, runs: int = 5, expect: int = 0, env: Mapping[str, str] | None = None) -> float:
    """Median wall time of a command in the project's root, after one run that warms the caches (with one run only: none)."""
    times = []
    for number in range(runs + (runs > 1)):
        started = time.perf_counter()
        done = subprocess.run(argv, cwd=ROOT, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False)
        took = time.perf_counter() - started
        if done.returncode != expect:
            sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}, not {expect}:\n{done.stderr[-2000:]}")
        if number or runs == 1:
            times.append(took)
    return statistics.median(times)


def run(argv: Sequence[str | Path], *, expect: Sequence[int] = (0,), env: Mapping[str, str] | None = None, cwd: Path = ROOT, memory: bool = False) -> Run:
    """One run. Looking at its memory takes time from it: time and memory belong into different runs."""
    started = time.perf_counter()
    process = subprocess.Popen(argv, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peaks = [0.0, 0.0]
    watch = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    if memory:
        watch.start()
    _, told = process.communicate()
    took = time.perf_counter() - started
    if memory:
        watch.join()
    if process.returncode not in expect:
        sys.exit(f"{' '.join(map(str, argv))} ended with {process.returncode}:\n{told[-2000:]}")
    return Run(seconds=took, rss_mib=peaks[0], pss_mib=peaks[1])


def alternately(commands: Mapping[str, Mapping[str, object]], *, runs: int) -> dict[str, list[float]]:
    """Wall seconds of each command, taken in turn so that the machine's moods meet all of them; the first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took = run(**command).seconds  # type: ignore[arg-type]
            if number:
                times[name].append(took)
    return times


def _watch(process: subprocess.Popen[str], peaks: list[float]) -> None:
    while process.poll() is None:
        rss = pss = 0
        for pid in _tree(process.pid):
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            except OSError:
                continue
            for line in text.splitlines():
                if line.startswith("Rss:"):
                    rss += int(line.split()[1])
                elif line.startswith("Pss:"):
                    pss += int(line.split()[1])
        peaks[0], peaks[1] = max(peaks[0], rss / 1024), max(peaks[1], pss / 1024)
        time.sleep(_SAMPLE_S)


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def report(name: str, figures: Mapping[str, float], *, against: str, **facts: object) -> None:
    """Print the figures and their ratios to one of them."""
    rows = {what: {"seconds": round(value, 3), "ratio": round(value / figures[against], 2)} for what, value in figures.items()}
    print(json.dumps({"benchmark": name, "against": against, "figures": rows, **facts, "machine": machine()}, indent=1))


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
