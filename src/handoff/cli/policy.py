"""`handoff policy check` and `handoff policy list`: the packs' controls, with or without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from handoff.controls.catalogue import Pack
    from handoff.controls.context import Context
    from handoff.controls.evaluate import Report
    from handoff.controls.state import Read
    from handoff.spec import Loaded

COMMAND = typer.Typer(help="Judge a stack by the controls of the policy packs, or list them.", no_args_is_help=True)
_JSON = typer.Option("--json", help="JSON lines on stdout.")
_POLICIES = typer.Option("--policies", help="Folder that holds the packs; by default `policies/` of the project.")


@COMMAND.command("check")
def check(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    environment: Annotated[str | None, typer.Option("--environment", help="Which environment; by default what the stack says, or the only one.")] = None,
    state: Annotated[Path | None, typer.Option("--state", help="An exported state (`pulumi stack export`).")] = None,
    preview: Annotated[Path | None, typer.Option("--preview", help="A preview's JSON (`pulumi preview --json --show-sames`).")] = None,
    stack: Annotated[str | None, typer.Option("--stack", help="A stack of this project, read from its backend.")] = None,
    fail_on_unknown: Annotated[bool, typer.Option("--fail-on-unknown", help="A residency control that cannot be decided fails.")] = False,
    policies: Annotated[Path | None, _POLICIES] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write SARIF 2.1.0 here.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write a summary for a pull request here.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Judge a stack's resources by every control. Needs no engine for --state and --preview, and calls no cloud.

    Exit codes: 0 nothing is broken (unknowns are shown); 9 violations; 2 usage, spec or a file that is not what it should be.
    """
    from handoff.controls import build, catalogue, evaluate, reports
    from handoff.errors import PolicyViolations
    from handoff.spec import load

    loaded = load(spec)
    packs = catalogue.load(policies or catalogue.find_folder())
    read = _read(state, preview, stack)
    context = build.context(loaded, _environment(loaded, environment, read))
    controls = [control for pack in packs for control in pack.controls]
    strict = fail_on_unknown
    report = evaluate.judge(controls, context, read.stack, stack_name=read.stack_name, known=frozenset(one.id for one in controls))
    title = f"Policy of {read.where} for {loaded.engagement.metadata.name}, {context.environment.name}"
    _write(sarif, reports.sarif(report, [*controls, evaluate.WAIVER], spec=str(spec), strict=strict) if sarif else "")
    _write(junit, reports.junit(report, strict=strict) if junit else "")
    _write(markdown, reports.markdown(report, title=title, strict=strict) if markdown else "")
    _tell(report, context, read, title=title, strict=strict, as_json=as_json)
    violations = report.violations(strict=strict)
    if violations:
        raise PolicyViolations(f"{len(violations)} policy violations in {read.where}")


@COMMAND.command("list")
def list_controls(policies: Annotated[Path | None, _POLICIES] = None, as_json: Annotated[bool, _JSON] = False) -> None:
    """Every control of every pack, with its source and the frameworks that ask for it."""
    from handoff.cli import _show
    from handoff.controls import catalogue

    packs = catalogue.load(policies or catalogue.find_folder())
    if as_json:
        for pack in packs:
            _list_json(pack)
        _show.summary(0, packs=len(packs), controls=sum(len(pack.controls) for pack in packs))
        return
    for pack in packs:
        rows = [(one.id, one.severity.value, one.title, ", ".join(one.frameworks)) for one in pack.controls]
        _show.table(f"{pack.name} {pack.version}: {pack.description}", ("control", "severity", "what it asks", "frameworks"), rows)


def _list_json(pack: Pack) -> None:
    from handoff.cli import _show

    for one in pack.controls:
        _show.line(
            {
                "type": "control",
                "schema_version": 1,
                "pack": pack.name,
                "id": one.id,
                "title": one.title,
                "why": one.why,
                "fix": one.fix,
                "severity": one.severity.value,
                "source": one.source,
                "frameworks": list(one.frameworks),
                "types": sorted(one.types),
            }
        )


def _read(state: Path | None, preview: Path | None, stack: str | None) -> Read:
    from handoff.controls import state as states
    from handoff.errors import UsageError

    if sum(one is not None for one in (state, preview, stack)) != 1:
        raise UsageError(
            "give exactly one of --state FILE, --preview FILE and --stack NAME", hint="`pulumi stack export --file state.json` makes a state file."
        )
    if state is not None:
        return states.from_state(state)
    if preview is not None:
        return states.from_preview(preview)
    return states.from_stack(str(stack), folder=Path.cwd())


def _environment(loaded: Loaded, given: str | None, read: Read) -> str:
    """The environment to judge by; refuses a stack of another engagement, or a name that the stack contradicts."""
    from handoff.errors import UsageError

    name = loaded.engagement.metadata.name
    if read.engagement and read.engagement != name:
        raise UsageError(f"{read.where} is of the engagement {read.engagement}, and the spec is of {name}", hint="Name the spec that the stack was made from.")
    if given and read.environment and given != read.environment:
        raise UsageError(f"{read.where} is of the environment {read.environment}, not {given}", hint="Leave --environment out, or name another file.")
    known = [one.name for one in loaded.engagement.environments]
    if given or read.environment:
        return given or read.environment
    if len(known) == 1:
        return known[0]
    raise UsageError(f"which environment? The stack does not say, and the spec has {', '.join(known)}", hint="Give --environment NAME.")


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        path.write_text(text, encoding="utf-8")


def _tell(report: Report, context: Context, read: Read, *, title: str, strict: bool, as_json: bool) -> None:
    from handoff.cli import _show
    from handoff.controls import reports
    from handoff.controls.model import Verdict
    from handoff.errors import PolicyViolations

    violations = report.violations(strict=strict)
    counts = {one.value: report.count(one) for one in Verdict} | {"waived": len(report.waived), "violations": len(violations)}
    if as_json:
        for one in report.results:
            _show.line(reports.record(one, strict=strict))
        code = PolicyViolations.exit_code if violations else 0
        _show.summary(code, environment=context.environment.name, resources=len(read.stack.resources), **counts)
        return
    unknowns = [one for one in report.results if one.verdict is Verdict.UNKNOWN and one.waived is None and one not in violations]
    for heading, results in (("Violations", violations), ("Unknown", unknowns), ("Waived", report.waived)):
        rows = [(one.control.id, one.control.severity.value, one.urn.rsplit("::", 1)[-1] or "stack", one.message, one.path) for one in results]
        _show.table(heading, ("control", "severity", "resource", "what", "property"), rows)
    for fix in dict.fromkeys(f"{one.control.id}: {one.control.fix}" for one in violations):
        _show.say(f"Fix {fix}")
    _show.say(f"{title}: {len(read.stack.resources)} resources, " + ", ".join(f"{count} {name}" for name, count in counts.items() if count) + ".")
