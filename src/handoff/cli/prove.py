"""`handoff prove`: is every path dead? Fresh connections, after the lag, beside a control that works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def prove(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    run: Annotated[str | None, typer.Option("--run", help="Prove this run; default the newest that was applied.")] = None,
    canaries: Annotated[Path | None, typer.Option("--canaries", help="File of canaries made before the cut (`handoff canary`).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Read the estate afresh, probe every path of the plan after its lag, try every canary beside the client's own credential, and record the verdicts.

    Exit codes: 0 every path is proven dead; 3 a listing could not be read whole; 4 at least one path is alive, disabled only, or unknown.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.engine import planfile
    from handoff.evidence.state import StateFolder
    from handoff.runs import applying, planning, proving
    from handoff.runs import canaries as canaries_
    from handoff.runs.estate import estate

    loaded = specs.load(spec)
    folder = StateFolder.of(loaded.engagement.metadata.name)
    given = canaries_.load(canaries) if canaries else ()
    with folder.lock(), folder.open_ledger() as ledger:
        digest = proving.latest(ledger, run)
        made = planfile.read(folder.read_artefact(folder.plan(digest)), name=digest)
        work = estate(loaded, only=sorted(made.operator))
        applying.check_same_estate(work, made)
        with _show.working("Waiting for the lag, reading the estate afresh, trying the canaries"):
            proofs = proving.prove(work, made, digest, folder, ledger, given=given, sleep=_show.waiting)
    code = 3 if proofs.sweep.incomplete else 4 if proofs.open else 0
    if as_json:
        for record in proving.iterate(proofs):
            _show.line(record)
        _show.summary(code, run=planning.run_of(digest), paths=len(proofs.judgements), open=proofs.open, sweep=proofs.sweep.digest)
    else:
        _show.table(
            "Proof",
            ("verdict", "kind", "id", "method", "why not"),
            [(one.proof.value, one.path.kind, one.path.id, one.method, "; ".join(one.reasons)) for one in proofs.judgements],
        )
        if code == 0:
            _show.say(f"{len(proofs.judgements)} paths, all proven dead, as {planning.run_of(digest)}.")
    proving.require_closed(proofs)


COMMAND = prove
