"""Plays `pulumi preview --json --show-sames` for the walk-through: runs the program of the working directory under Pulumi's mocks and prints the preview's JSON."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.stacks.estate import Estate, Made, run_text

STACK = "shop"


def urn(made: Made) -> str:
    return f"urn:pulumi:{STACK}::handoff::{made.token}::{made.name}"


def preview(estate: Estate, program: str, outputs: Mapping[str, str]) -> dict[str, object]:
    """Every resource as one that would be made; the engine also tells the line that asks for it."""
    lines = positions(program)
    marks = [(mark, urn(one)) for one in estate.made for mark in (f"{one.name}-id", f"arn:of:{one.token}:{one.name}")]
    root = {"urn": f"urn:pulumi:{STACK}::handoff::pulumi:pulumi:Stack::handoff-{STACK}", "type": "pulumi:pulumi:Stack", "outputs": dict(outputs)}
    states = [root, *(_state(one, marks) | _where(one, lines) for one in estate.made if one.token != "pulumi:pulumi:Stack")]
    return {"steps": [{"op": "create", "urn": one["urn"], "newState": one} for one in states], "changeSummary": {"create": len(states)}}


def positions(program: str) -> dict[tuple[str, str], int]:
    """The line of each call whose first argument is a name, by the called class and the name."""
    calls = [one for one in ast.walk(ast.parse(program)) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.args]
    return {(one.func.attr, one.args[0].value): one.lineno for one in calls if isinstance(one.func, ast.Attribute) and isinstance(one.args[0], ast.Constant)}


def _where(made: Made, lines: Mapping[tuple[str, str], int]) -> dict[str, str]:
    line = lines.get((made.token.rpartition(":")[2], made.name))
    return {"sourcePosition": f"project:///__main__.py#{line}"} if line else {}


def _state(made: Made, marks: list[tuple[str, str]]) -> dict[str, object]:
    inputs = json.loads(json.dumps(made.inputs, default=str))
    links = {name: [found for mark, found in marks if f'"{mark}"' in json.dumps(value)] for name, value in inputs.items()}
    # A reference is the provider's URN and its id; the mocks' URNs are of a stack of their own.
    parts = made.provider.split("::")
    provider = "::".join((f"urn:pulumi:{STACK}", "handoff", parts[2].rpartition("$")[2], *parts[3:])) if len(parts) > 4 else ""
    return {"urn": urn(made), "type": made.token, "inputs": inputs, "provider": provider, "propertyDependencies": links}


def main() -> int:
    if sys.argv[1:] != ["preview", "--json", "--show-sames"]:
        print(f"this stands in for `pulumi preview --json --show-sames` only, not for {sys.argv[1:]}", file=sys.stderr)
        return 2
    program = Path("__main__.py").read_text(encoding="utf-8")
    print(json.dumps(preview(run_text(program), program, {"engagement": "corner-shop", "environment": STACK}), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
