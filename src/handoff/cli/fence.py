"""`handoff fence`: what the client installs before anything is cut, and the trial whether it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fence(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the policies and their README.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Try with the provider's logins whether the fence holds; changes nothing.")] = False,
    login_file: Annotated[Path | None, typer.Option("--logins", help="Logins or canaries of the provider's, for --check.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Write the policies that stop the provider from opening new ways in while the old ones are cut; the client installs them. Or try whether they hold.

    Exit codes: 0 written, or it holds for every login tried; 4 it does not hold, or cannot be said to; 2 usage or spec; 6 own credentials refused.
    """
    from handoff import logins
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import PathsRemain, UsageError
    from handoff.evidence.state import StateFolder
    from handoff.model import Party
    from handoff.runs import discovering, fencing
    from handoff.runs.estate import estate, operator

    if check == (out is not None):
        raise UsageError("name either a folder to write to or --check", hint="handoff fence SPEC --out DIR, then handoff fence SPEC --check --logins FILE.")
    work = estate(specs.load(spec), only=["aws"])
    folder = StateFolder.of(work.spec.metadata.name)
    if out is not None:
        with folder.lock(), folder.open_ledger() as ledger, _show.working("Reading the estate"):
            seen = discovering.discover(work, folder, ledger)
            made = fencing.make(work, seen.of(Party.PROVIDER), operator(work))
            written = fencing.write(made, out)
            ledger.append("fence.made", {"fence": fencing.digest(made), "actions": len(made.actions), "spared": list(made.who.spared), "sweep": seen.digest})
        if as_json:
            _show.summary(0, fence=fencing.digest(made), actions=len(made.actions), principals=len(made.who.principals), files=[path.name for path in written])
        else:
            _show.say(
                f"A fence of {len(made.actions)} operations around {len(made.who.principals)} principals lies in {out}; the client installs it: see README.md there."
            )
        return
    if login_file is None:
        raise UsageError("--check needs the provider's logins", hint="--logins FILE, as for `handoff canary`.")
    trials = fencing.check(work, logins.load(login_file))
    with folder.lock(), folder.open_ledger() as ledger:
        for line in fencing.lines(trials):
            ledger.append("fence.tried", line)
    for line in fencing.lines(trials):
        if as_json:
            _show.line(line)
        else:
            _show.say(f"{line['login']} in {line['scope']}: {line['holds']} ({line['code']}; the client's own: {line['control'] or 'none was given'})")
    loose = [one for one in trials if one.holds is not fencing.Holds.HOLDS]
    if as_json:
        _show.summary(PathsRemain.exit_code if loose else 0, tried=len(trials), holds=len(trials) - len(loose))
    if loose:
        raise PathsRemain(
            f"the fence is not shown to hold for {len(loose)} of {len(trials)} logins",
            hint="Install the policies of `handoff fence SPEC --out DIR`, wait a minute, and try again.",
        )


COMMAND = fence
