"""`handoff plan`: what an exit would do, in order, bound to a digest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from handoff.engine.plan import Action


def plan(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the plan goes.")] = Path("plan.json"),
    cloud: Annotated[list[str] | None, typer.Option("--cloud", help="Only this cloud; may be given more than once.")] = None,
    max_changes: Annotated[int | None, typer.Option("--max-changes", help="Refuse a plan with more actions.", min=0)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Sweep the estate and write the ordered list of actions that ends every way in of the provider's. Changes nothing in the estate.

    Exit codes: 0 a plan over complete coverage; 3 a plan, but some listing could not be read whole; 7 refused (unknown holder, lock-out, too many changes).
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import CoverageIncomplete
    from handoff.evidence.state import StateFolder, write_artefact
    from handoff.runs import discovering, planning
    from handoff.runs.estate import estate

    work = estate(specs.load(spec), only=cloud or ())
    folder = StateFolder.of(work.spec.metadata.name)
    with folder.lock(), folder.open_ledger() as ledger, _show.working("Reading the estate and planning"):
        made, seen, digest = planning.make_plan(work, folder, ledger, max_changes=max_changes)
    write_artefact(out, made.document())
    if as_json:
        for action in made.actions:
            _show.line(
                {
                    "type": "action",
                    "schema_version": 1,
                    **{name: getattr(action, name) for name in ("id", "path", "kind", "verb", "phase", "reversible", "effect", "settle_s")},
                }
            )
        for record in planning.beside(made):
            _show.line(record)
        code = CoverageIncomplete.exit_code if seen.incomplete else 0
        counts = {"targets": len(made.targets), "actions": len(made.actions), "own_actions": len(made.own_actions), "kept": made.kept}
        _show.summary(code, plan=str(out), digest=digest, run=planning.run_of(digest), **counts)
    else:
        _show.table(
            f"Plan for {made.engagement}: {len(made.targets)} paths, {len(made.actions)} actions",
            ("id", "verb", "can be undone", "path", "effect"),
            [(one.id, one.verb.value, _undone(one), one.path, one.effect) for one in made.actions],
        )
        _show.table(
            f"Left to the client's last step (handoff bundle): {len(made.own_actions)} actions on the operator's own ways in",
            ("id", "verb", "can be undone", "path", "effect"),
            [(one.id, one.verb.value, _undone(one), one.path, one.effect) for one in made.own_actions],
        )
        _show.table(
            f"To be replaced by people before the cut: {len(made.dependencies)}",
            ("id", "what leans on the provider", "needed for", "how", "last seen in use"),
            [(one.id, one.dependency.key, one.dependency.needs, one.replace, one.line or "no log shows it") for one in made.dependencies],
        )
        for text in planning.remarks(made):
            _show.say(text)
        _show.say(f"Written to {out}. Have this digest approved, then:\n  handoff apply {out} --digest {digest}")
    discovering.require_complete(seen)


def _undone(action: Action) -> str:
    return "by hand" if action.verb.value == "manual" else "yes" if action.reversible else "NO"


COMMAND = plan
