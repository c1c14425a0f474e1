"""How long the command line takes to start: `handoff --help` and `spec check` beside a bare `python -c pass`."""

from __future__ import annotations

import _measure as measure

if __name__ == "__main__":
    figures = {
        "python -c pass": measure.seconds(measure.BARE, runs=9),
        "handoff --help": measure.seconds((measure.HANDOFF, "--help"), runs=9),
        "handoff spec check": measure.seconds((measure.HANDOFF, "spec", "check", measure.SPEC), runs=9),
    }
    measure.report("cli", figures, against="python -c pass")
