"""The demonstration, step by step, beside an empty preview. Makes a lab of its own; takes as long as the demonstration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _measure as measure
import engine


def steps(out: Path) -> tuple[dict[str, float], float]:
    """Seconds of each step, and of the whole command."""
    started = time.perf_counter()
    done = subprocess.run((measure.HANDOFF, "demo", "--out", out, "--json"), cwd=measure.ROOT, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - started
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {one["title"]: float(one["seconds"]) for one in told if one["type"] == "step"}, whole


if __name__ == "__main__":
    exports = json.loads(subprocess.run((measure.HANDOFF, "lab", "env", "--json"), capture_output=True, text=True, check=True).stdout.splitlines()[-1])[
        "exports"
    ]
    os.environ.update(exports)
    figures = {"empty preview": engine.empty_preview()}
    with tempfile.TemporaryDirectory() as folder:
        told, whole = steps(Path(folder) / "demo")
    measure.report("demo", {**figures, **told, "the whole": whole}, against="empty preview")
