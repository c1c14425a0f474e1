"""`handoff discover`: every access path with its party, and how well each listing could be read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def discover(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    cloud: Annotated[list[str] | None, typer.Option("--cloud", help="Only this cloud; may be given more than once.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind, such as aws.role_trust or aws.s3_*; may be given more than once.")] = None,
    party: Annotated[str | None, typer.Option("--party", help="Show only paths of this party.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Find every way in, say whose it is and why, and say what could not be read. Changes nothing in the estate.

    Exit codes: 0 every listing was complete; 3 at least one was not; 6 own credentials refused; 2 usage or spec.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import CoverageIncomplete, UsageError
    from handoff.evidence.state import StateFolder
    from handoff.model import Party
    from handoff.runs import discovering
    from handoff.runs.estate import estate

    if party is not None and party not in set(Party):
        raise UsageError(f"--party {party}: no such party", hint=f"One of {', '.join(Party)}.")
    work = estate(specs.load(spec), only=cloud or ())
    folder = StateFolder.of(work.spec.metadata.name)
    with folder.lock(), folder.open_ledger() as ledger, _show.working("Reading the estate") as status:
        seen = discovering.discover(
            work,
            folder,
            ledger,
            watch=lambda one: status.update(f"{one.kind} in {one.scope}: {one.read.value}, {one.found} found") if status else None,
            only=kind or (),
        )
    if as_json:
        _show.raw(seen.found.lines() if party is None else seen.found.lines_of(Party(party)))
        for leant in seen.dependencies:
            _show.line(discovering.dependency_line(leant))
        for coverage in seen.coverages:
            _show.line(discovering.coverage_line(coverage))
    else:
        _show.table(
            f"Access paths of {work.spec.metadata.name}",
            ("party", "kind", "scope", "id", "holder", "can open more", "why"),
            [
                (
                    one.attribution.party.value,
                    one.path.kind,
                    one.path.scope,
                    one.path.id,
                    one.path.holder,
                    ", ".join(one.path.mints[:3]) + (" ..." if len(one.path.mints) > 3 else ""),
                    one.attribution.why,
                )
                for one in (seen.found if party is None else seen.found.of(Party(party)))
            ],
        )
        _show.table(
            "Inbound dependencies",
            ("party", "kind", "scope", "what leans on what", "needed for"),
            [(one.attribution.party.value, one.dependency.kind, one.dependency.scope, one.dependency.id, one.dependency.needs) for one in seen.dependencies],
        )
        _show.table(
            "Coverage",
            ("kind", "scope", "read", "found", "reason"),
            [(c.kind, c.scope, c.read.value, c.found if c.read == "complete" else "not known", c.reason or "") for c in seen.coverages],
        )
    code = CoverageIncomplete.exit_code if seen.incomplete else 0
    counts = {one.value: seen.counts[one] for one in Party}
    if as_json:
        _show.summary(code, sweep=seen.digest, paths=counts, dependencies=len(seen.dependencies), coverage=len(seen.coverages), incomplete=len(seen.incomplete))
    else:
        _show.say(
            f"{sum(counts.values())} paths: "
            + ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            + f"; {len(seen.dependencies)} inbound dependencies. Record: {seen.digest}"
        )
    discovering.require_complete(seen)


COMMAND = discover
