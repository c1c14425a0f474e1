"""`handoff rollback`: undoes a run within its soak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rollback(
    run: Annotated[str, typer.Argument(help="Id of the run, as `handoff apply` told it.")],
    spec: Annotated[Path | None, typer.Option("--spec", help="Where the engagement spec lies now, when it is not where it was when the plan was made.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Put back what a run has cut, newest first. Refused, before anything is written, once a step that cannot be undone was done.

    Exit codes: 0 everything is back; 7 the soak is over.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.engine import rollback as engine
    from handoff.evidence.state import StateFolder
    from handoff.runs import applying
    from handoff.runs.estate import estate

    made, digest = applying.plan_of(run)
    loaded = specs.load(spec or Path(made.spec_file))
    folder = StateFolder.of(made.engagement)
    count = 0
    with folder.lock(), folder.open_ledger() as ledger:
        work = estate(loaded, only=sorted(made.operator))
        applying.check_same_estate(work, made)
        for step in engine.roll_back(applying.executor(work, made, digest, ledger)):
            count += 1
            if as_json:
                _show.line(
                    {
                        "type": "undone",
                        "schema_version": 1,
                        "id": step.action.id,
                        "path": step.action.path,
                        "request_ids": [one.request_id for one in step.receipts],
                    }
                )
            else:
                _show.say(f"{step.action.id} undone   {step.action.path}")
    if as_json:
        _show.summary(0, run=run, undone=count)
    else:
        _show.say(f"{count} actions undone. The plan is spent: make a new one before you apply again.")


COMMAND = rollback
