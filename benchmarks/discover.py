"""One sweep of the lab beside `spec check` and a bare interpreter. Needs a lab: eval "$(handoff lab env)" first, and best after `pulumi up`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

import _measure as measure

if __name__ == "__main__":
    if "HANDOFF_LAGS" not in os.environ:
        sys.exit('No lab here. Run `handoff lab up` and eval "$(handoff lab env)" first.')
    with tempfile.TemporaryDirectory() as folder:
        env = {"HANDOFF_STATE": folder}
        words = (measure.HANDOFF, "discover", measure.SPEC, "--json")
        told = subprocess.run(words, cwd=measure.ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
        if told.returncode not in {0, 3}:
            sys.exit(told.stderr)
        summary = json.loads(told.stdout.splitlines()[-1])
        figures = {
            "python -c pass": measure.seconds(measure.BARE),
            "handoff spec check": measure.seconds((measure.HANDOFF, "spec", "check", measure.SPEC)),
            "handoff discover": measure.seconds(words, expect=told.returncode, env=env),
        }
    facts = {"paths": sum(summary["paths"].values()), "listings": summary["coverage"], "incomplete": summary["incomplete"]}
    measure.report("discover", figures, against="handoff spec check", **facts)
