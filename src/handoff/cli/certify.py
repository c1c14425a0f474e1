"""`handoff certify`: builds the certificate of an exit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def certify(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML), as it was when the plan was made.")],
    run: Annotated[str | None, typer.Option("--run", help="Id of the run, as `handoff apply` told it; default the newest that was applied.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the certificate; must not hold anything yet.")] = Path("evidence"),
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Build the certificate of a run out of the engagement's records. It says `exit proven` only when every path of the provider's is proven dead and every listing was read whole.

    Exit codes: 0 exit proven; 3 or 4 a certificate that says what could not be read or what remains; 5 the records do not verify; 7 the spec is not the plan's.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import HandoffError
    from handoff.evidence import certificate, readable
    from handoff.evidence.state import StateFolder

    loaded = specs.load(spec)
    folder = StateFolder.of(loaded.engagement.metadata.name)
    with folder.lock():
        _, predicate = certificate.build(folder, loaded.engagement, loaded.path.read_bytes(), run, out)
    error: HandoffError | None = readable.objection(predicate)
    if as_json:
        for one in predicate["remains"]:
            _show.line({"type": "remains", "schema_version": 1, "text": one})
        facts = {
            "verdict": predicate["verdict"],
            "out": str(out),
            "run": predicate["run"],
            "paths": len(predicate["paths"]),
            "remains": len(predicate["remains"]),
        }
        _show.summary(error.exit_code if error else 0, **facts, residuals=predicate["residuals"], environment=predicate["environment"]["kind"])
    else:
        _show.say(f"{predicate['verdict']}: {len(predicate['paths'])} paths, {len(predicate['remains'])} open points. Read {out / 'certificate.md'}.")
        for one in predicate["residuals"]:
            _show.say(f"  note: {one}")
        _show.say(f"Not signed yet. Each party signs:\n  handoff sign {out} --key KEY --party provider\n  handoff sign {out} --key KEY --party client")
    if error:
        raise error


COMMAND = certify
