"""`handoff clock`: how long each path has been open since the provider's work ended, against the regulation's deadline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def clock(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    run: Annotated[str | None, typer.Option("--run", help="The run to look at; default the newest that was applied.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Show the exposure of each path by measured times, and what is left of the deadline. Reads the ledger only; asks no cloud.

    Exit codes: 0 every path was proven dead, and in time; 4 a path is open, or was closed too late; 2 usage or spec.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.engine import planfile
    from handoff.errors import PathsRemain
    from handoff.evidence.state import StateFolder
    from handoff.runs import planning, proving, timing
    from handoff.runs.estate import estate, utc_now

    loaded = specs.load(spec)
    folder = StateFolder.of(loaded.engagement.metadata.name)
    with folder.lock(), folder.open_ledger() as ledger:
        digest = proving.latest(ledger, run)
        made = planfile.read(folder.read_artefact(folder.plan(digest)), name=digest)
        seen = timing.read(estate(loaded, only=sorted(made.operator)), made, digest, ledger, now=utc_now())
    limit = seen.deadline
    told = f"{limit.regulation} {limit.clause}, {_minutes(limit.within)}" if limit else "no regulation of the spec states a figure"
    code = PathsRemain.exit_code if seen.open or seen.missed else 0
    if as_json:
        for line in timing.lines(seen):
            _show.line(line)
        facts = {"open": len(seen.open), "missed": len(seen.missed), "worst_s": round(seen.worst.total_seconds(), 3), "counted_from": seen.counted_from}
        _show.summary(code, run=planning.run_of(digest), deadline=told, **facts)
    else:
        _show.table(
            f"Exposure since {seen.counted_from.isoformat(timespec='seconds')} ({told})",
            ("standing", "exposed", "left", "cut", "proven", "a session may live until", "path"),
            [
                (
                    one.standing.value,
                    _minutes(one.exposure),
                    "" if one.remaining is None else _minutes(one.remaining),
                    _moment(one.times.cut_at),
                    _moment(one.times.proven_at),
                    _moment(one.times.may_live_until),
                    one.times.path,
                )
                for one in seen.readings
            ],
        )
        _show.say(f"{len(seen.open)} open, {len(seen.missed)} beyond the deadline, longest exposure {_minutes(seen.worst)}.")
    if code:
        raise PathsRemain(f"{len(seen.open)} path(s) are open and {len(seen.missed)} missed the deadline ({told})")


def _minutes(length: object) -> str:
    from datetime import timedelta

    seconds = length.total_seconds() if isinstance(length, timedelta) else 0.0
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds:.1f} s" if seconds < 90 else f"{sign}{seconds / 60:.1f} min"


def _moment(at: object) -> str:
    from datetime import datetime

    return at.isoformat(timespec="seconds") if isinstance(at, datetime) else ""


COMMAND = clock
