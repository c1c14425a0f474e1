"""`handoff spec check` and `handoff spec schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

COMMAND = typer.Typer(help="Check an engagement spec, or print what one may hold.", no_args_is_help=True)


@COMMAND.command("check")
def check(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Read a spec and name every fault at once, with file, line and field.

    Exit codes: 0 it holds (warnings may stand); 2 it does not.
    """
    from handoff.cli import _show
    from handoff.spec import load

    loaded = load(spec)
    engagement = loaded.engagement
    if as_json:
        for warning in loaded.warnings:
            _show.line({"type": "warning", "schema_version": 1, "message": warning})
        _show.summary(
            0,
            engagement=engagement.metadata.name,
            environments=[one.name for one in engagement.environments],
            clouds=list(engagement.clouds),
            warnings=len(loaded.warnings),
        )
        return
    for warning in loaded.warnings:
        _show.say(f"warning: {warning}")
    places = "; ".join(f"{one.name} on {', '.join(one.clouds)}" for one in engagement.environments)
    _show.say(
        f"{spec}: {engagement.metadata.name} holds: {places}; {len(engagement.access)} grants, {len(engagement.data)} data classes, until {engagement.term.end}."
    )


@COMMAND.command("schema")
def schema(as_json: Annotated[bool, typer.Option("--json", help="One JSON line and a summary, as every command gives.")] = False) -> None:
    """Print the JSON Schema of the spec, for editors.

    Put `# yaml-language-server: $schema=FILE` at the top of a spec to have fields completed.
    """
    import json

    from handoff.cli import _show
    from handoff.spec import json_schema

    if as_json:
        _show.line({"type": "schema", "schema_version": 1, "schema": json_schema()})
        _show.summary(0)
    else:
        _show.say(json.dumps(json_schema(), indent=2))
