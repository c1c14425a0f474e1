"""`handoff permissions`: the smallest policy with which the tool can do its work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def permissions(
    role: Annotated[str, typer.Argument(help="auditor (discover, plan, prove) or operator (apply and rollback as well).")],
    cloud: Annotated[str, typer.Option("--cloud", help="The cloud; aws so far.")] = "aws",
    out: Annotated[Path | None, typer.Option("--out", help="Write one file for each policy into this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Print IAM policies that allow exactly the operations of the kinds, split so that each fits into a managed policy.

    Exit codes: 0 done; 2 usage.
    """
    import json

    from handoff.cli import _show
    from handoff.errors import UsageError
    from handoff.runs import permissions as runs

    if role not in set(runs.Role):
        raise UsageError(f"{role}: no such role", hint=f"One of {', '.join(runs.Role)}.")
    made = runs.documents(cloud, runs.Role(role))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(made, start=1):
        text = json.dumps(document, indent=2)
        if as_json:
            _show.line({"type": "policy", "schema_version": 1, "cloud": cloud, "role": role, "number": number, "document": document})
        elif out is None:
            typer.echo(text)
        if out is not None:
            (out / f"handoff-{role}-{number}.json").write_text(text + "\n", encoding="utf-8")
    if as_json:
        _show.summary(0, policies=len(made))
    elif out is not None:
        _show.say(f"{len(made)} policies for the {role} in {out}")


COMMAND = permissions
