"""Pulumi on the lab: an empty preview beside a preview of the acme-prod stack, with and without the policy packs. Needs a lab, as discover.py."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import _measure as measure

PREVIEW = ("pulumi", "preview", "--non-interactive", "--suppress-progress", "--stack")
EMPTY = "name: empty\nruntime: {name: python}\n"


def empty_preview(*, runs: int = 3) -> float:
    """Median seconds of a preview of a program that makes nothing: what the engine and the language host take by themselves."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Pulumi.yaml").write_text(EMPTY, encoding="utf-8")
        Path(folder, "__main__.py").write_text("import pulumi\n", encoding="utf-8")
        env = {"PULUMI_BACKEND_URL": f"file://{folder}", "PULUMI_STACK": ""}
        in_folder = ("pulumi", "-C", folder)
        subprocess.run((*in_folder, "stack", "init", "empty", "--non-interactive"), env={**os.environ, **env}, check=True, capture_output=True)
        return measure.seconds((*in_folder, *PREVIEW[1:], "empty"), runs=runs, env=env)


if __name__ == "__main__":
    if "PULUMI_DEBUG_PROVIDERS" not in os.environ:
        sys.exit('No lab here. Run `handoff lab up` and eval "$(handoff lab env)" first.')
    packs = [word for pack in ("residency", "baseline", "exit_readiness") for word in ("--policy-pack", f"policies/{pack}")]
    figures = {
        "empty preview": empty_preview(),
        "acme-prod preview": measure.seconds((*PREVIEW, "acme-prod"), runs=3),
        "acme-prod preview, three packs": measure.seconds((*PREVIEW, "acme-prod", *packs), runs=3),
    }
    measure.report("engine", figures, against="empty preview")
