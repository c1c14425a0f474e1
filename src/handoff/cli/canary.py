"""`handoff canary`: credentials that work now, kept to be shown dead later."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def canary(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    logins: Annotated[Path, typer.Option("--logins", help="The provider's logins, given up with its consent (docs/credentials.md).")],
    out: Annotated[Path, typer.Option("--out", help="Where the canaries go; the file holds live credentials, mode 0600.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Try each of the provider's logins, mint sessions through the paths that give them, and keep those that work: after the cut `handoff prove --canaries` shows each refused.

    Exit codes: 0 at least one canary; 4 none worked.
    """
    from handoff import logins as logins_
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import PathsRemain
    from handoff.evidence.state import StateFolder
    from handoff.runs import canaries, discovering
    from handoff.runs.estate import estate

    work = estate(specs.load(spec))
    given = logins_.load(logins)
    folder = StateFolder.of(work.spec.metadata.name)
    held: list[canaries.Canary] = []
    with folder.lock(), folder.open_ledger() as ledger:
        seen = discovering.discover(work, folder, ledger)
        for one in canaries.prepare(work, seen.found, given):
            if isinstance(one, str):
                _show.line({"type": "note", "schema_version": 1, "text": one}) if as_json else _show.say(f"not a canary: {one}")
                continue
            held.append(one)
            body = {"name": one.login.name, "form": one.login.form, "path": one.path, "scope": str(one.scope), "op": one.op}
            ledger.append("canary.made", {**body, "worked_at": one.worked_at})
            _show.line({"type": "canary", "schema_version": 1, **body}) if as_json else _show.say(
                f"canary: {one.login.name} ({one.login.form}) works for {one.op} through {one.path or 'no one path'}"
            )
        canaries.save(held, out)
    if as_json:
        _show.summary(0 if held else 4, canaries=len(held), out=str(out))
    if not held:
        raise PathsRemain("no login worked, so nothing can be shown to die", hint="Give logins that still work, before the cut.")


COMMAND = canary
