"""The command line: one module per command, found by walking this package.

A module `cli/NAME.py` ends with `COMMAND = ...`: a function (it becomes `handoff NAME`) or a `typer.Typer` (a group of that
name; `_` in the module's name becomes `-`). Modules import nothing heavy at their top: bodies import what they need, so that
`handoff --help` stays quick. Errors are raised as `HandoffError`; `_app.py` turns them into messages and exit codes.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the `handoff` command with the process's arguments and leave with its exit code."""
    try:
        from handoff.cli._app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules load, before the guard in _app stands
        print("Interrupted.", file=sys.stderr)
        code = 130
    sys.exit(code)
