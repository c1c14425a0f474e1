"""`handoff apply`: executes exactly one approved plan, and goes on where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def apply(
    plan: Annotated[Path, typer.Argument(help="Plan file, as `handoff plan` wrote it.")],
    digest: Annotated[str, typer.Option("--digest", help="The digest that was approved (sha256:...).")],
    spec: Annotated[Path | None, typer.Option("--spec", help="Where the engagement spec lies now, when it is not where it was when the plan was made.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Cut what can be restored, soak, then cut the rest. Every write has its intent and its pre-image in the ledger first; after a crash, run the same command again.

    Exit codes: 0 every action is done (not yet proven: `handoff prove`); 4 soaking; 5 not the approved plan; 7 refused; 8 another run is at work.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.evidence.state import StateFolder
    from handoff.runs import applying
    from handoff.runs.estate import estate

    made, actual = applying.read_plan(plan, digest)
    loaded = specs.load(spec or Path(made.spec_file))
    work = estate(loaded, only=sorted({target.path.scope.cloud for target in made.targets} | set(made.operator)))
    folder = StateFolder.of(work.spec.metadata.name)
    done = 0
    with folder.lock(), folder.open_ledger() as ledger, _show.working("Checking administrators and the estate") as status:
        for step in applying.apply(work, made, actual, folder, ledger, sleep=_show.waiting):
            done += 1
            applied = any(receipt.applied for receipt in step.receipts)
            if status:
                status.update(f"{step.number} of {step.of}: {step.action.verb.value} {step.action.path}")
            if as_json:
                body = {"id": step.action.id, "verb": step.action.verb, "path": step.action.path, "applied": applied, "resumed": step.resumed}
                _show.line({"type": "action", "schema_version": 1, **body, "request_ids": [one.request_id for one in step.receipts]})
            else:
                _show.say(
                    f"{step.action.id} {step.action.verb.value:<8} {step.action.path}{'' if applied else '  (was so already)'}{'  (resumed)' if step.resumed else ''}"
                )
    run = applying.run_for(made, actual)
    if as_json:
        _show.summary(0, run=run, done_now=done, actions=len(made.actions))
    else:
        _show.say(f"{done} actions done now, {len(made.actions)} in all, as {run}. Next: handoff prove {loaded.path}")


COMMAND = apply
