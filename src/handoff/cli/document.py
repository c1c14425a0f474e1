"""`handoff document`: writes the transfer package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def document(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the package; must not hold anything yet.")] = Path("documents"),
    state: Annotated[Path | None, typer.Option("--state", help="Exported Pulumi state (`pulumi stack export --file FILE`), for the inventory.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Write what the receiver needs: asset inventory, access before and after, a map; with a manifest whose digest goes into the ledger. Needs no network.

    Exit codes: 0 written; 2 a folder in use, or a state file that is none; 5 the records do not verify.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.evidence.state import StateFolder
    from handoff.runs import documenting

    loaded = specs.load(spec)
    folder = StateFolder.of(loaded.engagement.metadata.name)
    with folder.lock(), folder.open_ledger() as ledger:
        package = documenting.write(loaded.engagement, folder, ledger, out, state)
    if as_json:
        for name, digest in package.files.items():
            _show.line({"type": "document", "schema_version": 1, "name": name, "sha256": digest})
        _show.summary(0, out=str(out), files=len(package.files), manifest=f"sha256:{package.manifest}")
    else:
        for title, text in package.summaries.items():
            _show.say(f"{title}: {text}")
        _show.say(f"{len(package.files)} files in {out}; begin with {out / 'index.md'}.")


COMMAND = document
