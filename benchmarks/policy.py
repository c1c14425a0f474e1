"""The whole catalogue beside a pack that does nothing, beside the offline check, and beside Checkov on the same resources.

Checkov is taken from PATH or from CHECKOV=/path/to/checkov; without it its rows are left out. `--quick` runs each once.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import _estate as estate
import _measure as measure

from handoff.lab.engine import find

NOOP = """\
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def nothing(args, report_violation):
    pass


PolicyPack(
    name="noop",
    enforcement_level=EnforcementLevel.ADVISORY,
    policies=[ResourceValidationPolicy(name="nothing", description="Says nothing.", validate=nothing)],
)
"""
PACKS = [word for pack in ("residency", "baseline", "exit_readiness") for word in ("--policy-pack", str(measure.ROOT / "policies" / pack))]
CHECKOV = ("--framework", "terraform", "--compact", "--quiet", "--skip-download", "-o", "json")
ONE, ALL, OFFLINE, PEER = "engine, one rule that does nothing", "engine, three packs", "handoff policy check, no engine", "Checkov"


def commands(folder: Path, count: int) -> dict[str, dict[str, object]]:
    """What is run for one size."""
    file = folder / f"{count}.json"
    file.write_text(estate.state(count), encoding="utf-8")
    made: dict[str, dict[str, object]] = {OFFLINE: {"argv": (measure.HANDOFF, "policy", "check", measure.SPEC, "--state", file), "expect": (9,)}}
    engine = find.find()
    if engine is not None and count <= 5000:
        env = {
            "PATH": f"{engine.pulumi.parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "HANDOFF_PYTHON": sys.executable,
            "HANDOFF_SPEC": str(measure.ROOT / measure.SPEC),
            "HANDOFF_ENVIRONMENT": "prod",
        }
        analyze = (engine.pulumi, "policy", "analyze", "--file", file, "--json")
        made[ONE] = {"argv": (*analyze, "--policy-pack", folder / "noop"), "env": env}
        made[ALL] = {"argv": (*analyze, *PACKS), "env": env, "expect": (0, 1, 255)}
    peer = os.environ.get("CHECKOV") or shutil.which("checkov")
    if peer:
        source = folder / f"tf{count}"
        source.mkdir(exist_ok=True)
        (source / "main.tf").write_text(estate.terraform(count), encoding="utf-8")
        made[PEER] = {"argv": (peer, "-d", source, *CHECKOV), "expect": (0, 1), "cwd": folder}
    return made


def main() -> None:
    """Print one JSON document."""
    runs = 1 if "--quick" in sys.argv else 3
    sizes = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noop = folder / "noop"
        noop.mkdir()
        (noop / "__main__.py").write_text(NOOP, encoding="utf-8")
        runtime = f"runtime:\n  name: python\n  options:\n    virtualenv: {Path(sys.executable).parents[1]}\n"
        (noop / "PulumiPolicy.yaml").write_text(f"name: noop\nversion: 0.0.1\n{runtime}", encoding="utf-8")
        for count in (1000, 5000, 10000):
            todo = commands(folder, count)
            times = {what: statistics.median(found) for what, found in measure.alternately(todo, runs=runs).items()}
            peaks = {what: measure.run(**command, memory=True) for what, command in todo.items()}  # type: ignore[arg-type]
            rows = {
                what: {"seconds": round(took, 2), "tree_rss_mib": round(peaks[what].rss_mib), "tree_pss_mib": round(peaks[what].pss_mib)}
                for what, took in times.items()
            }
            sizes[count] = {"figures": rows, "ratios": _ratios(times)}
    print(json.dumps({"benchmark": "policy", "resources": sizes, "machine": measure.machine()}, indent=1))


def _ratios(times: dict[str, float]) -> dict[str, float]:
    pairs = ((ALL, ONE), (ALL, PEER), (OFFLINE, PEER))
    return {f"{one} / {other}": round(times[one] / times[other], 2) for one, other in pairs if one in times and other in times}


if __name__ == "__main__":
    main()
