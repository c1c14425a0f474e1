"""Times whole processes and prints JSON. Only ratios within one run mean anything: machines and their load differ."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HANDOFF = Path(sys.executable).with_name("handoff")
SPEC = "engagements/acme-health.yaml"
BARE = (sys.executable, "-c", "pass")


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


def report(name: str, figures: Mapping[str, float], *, against: str, **facts: object) -> None:
    """Print the figures and their ratios to one of them."""
    rows = {what: {"seconds": round(value, 3), "ratio": round(value / figures[against], 2)} for what, value in figures.items()}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    print(json.dumps({"benchmark": name, "against": against, "figures": rows, **facts, "machine": machine}, indent=1))
