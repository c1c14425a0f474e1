"""`handoff bundle`: the last step of an exit, for the client to run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def bundle(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the client; must not hold anything yet.")] = Path("last-step"),
    run: Annotated[str | None, typer.Option("--run", help="Id of the run, as `handoff apply` told it; default the newest that was applied.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Write the folder by which the client ends the operator's own ways in: a plan, the permissions it needs, and a README with three commands. No scripts.

    Exit codes: 0 written; 2 nothing is left for a last step, or the folder is in use; 4 nothing was applied yet.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.engine import planfile
    from handoff.evidence.state import StateFolder
    from handoff.runs import bundles, planning, proving

    loaded = specs.load(spec)
    folder = StateFolder.of(loaded.engagement.metadata.name)
    with folder.lock(), folder.open_ledger() as ledger:
        digest = proving.latest(ledger, run)
        made = planfile.read(folder.read_artefact(folder.plan(digest)), name=digest)
        written, approved = bundles.write(made, digest, out)
        ledger.append("bundle.made", {"plan": approved, "of": digest, "actions": len(made.own_actions)}, run=planning.run_of(digest))
    if as_json:
        _show.summary(0, out=str(out), plan=str(written), digest=approved, run=planning.run_of(digest), actions=len(made.own_actions))
    else:
        _show.say(f"{len(made.own_actions)} actions in {out}. Give the folder to the client, and this digest over another channel:\n  {approved}")


COMMAND = bundle
