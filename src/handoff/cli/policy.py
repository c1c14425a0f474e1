"""`handoff policy`: the packs' controls, with or without the engine: check a stack, list them, explain one, or write them as OSCAL."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from handoff.controls.catalogue import Pack
    from handoff.controls.frameworks import Clause
    from handoff.controls.model import Control
    from handoff.controls.reports._outcome import Outcome
    from handoff.controls.state import Read
    from handoff.spec import Loaded

COMMAND = typer.Typer(help="Judge a stack by the controls of the policy packs, list them, or explain one.", no_args_is_help=True)
_JSON = typer.Option("--json", help="JSON lines on stdout.")
_POLICIES = typer.Option("--policies", help="Folder that holds the packs; by default `policies/` of the project.")


def _with_reports(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each file format there is."""
    from handoff.controls import reports

    signature = inspect.signature(command, eval_str=True)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    files = [
        inspect.Parameter(
            one.option, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[Path | None, typer.Option(f"--{one.option}", help=one.help)]
        )
        for one in reports.formats()
    ]
    command.__signature__ = signature.replace(parameters=[*own, *files])  # type: ignore[attr-defined]
    return command


@COMMAND.command("check")
@_with_reports
def check(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    environment: Annotated[str | None, typer.Option("--environment", help="Which environment; by default what the stack says, or the only one.")] = None,
    state: Annotated[Path | None, typer.Option("--state", help="An exported state (`pulumi stack export`).")] = None,
    preview: Annotated[Path | None, typer.Option("--preview", help="A preview's JSON (`pulumi preview --json --show-sames`).")] = None,
    stack: Annotated[str | None, typer.Option("--stack", help="A stack of this project, read from its backend.")] = None,
    fail_on_unknown: Annotated[bool, typer.Option("--fail-on-unknown", help="Strict: a residency control that cannot be decided fails.")] = False,
    policies: Annotated[Path | None, _POLICIES] = None,
    everything: Annotated[bool, typer.Option("--all", help="With --json: passes and what is not applicable, too.")] = False,
    as_json: Annotated[bool, _JSON] = False,
    **files: Path | None,
) -> None:
    """Judge a stack's resources by every control. Needs no engine for --state and --preview, and calls no cloud.

    Exit codes: 0 nothing is broken (unknowns are shown); 9 violations; 2 usage, spec or a file that is not what it should be.
    """
    from datetime import UTC, datetime

    from handoff.controls import build, catalogue, evaluate, reports
    from handoff.controls.model import Category
    from handoff.controls.reports._outcome import outcome
    from handoff.errors import PolicyViolations
    from handoff.spec import load

    gc.disable()  # one short run whose results all live to its end: looking for garbage among them costs a tenth of it
    loaded = load(spec)
    packs = catalogue.load(policies or catalogue.find_folder())
    read = _read(state, preview, stack)
    context = build.context(loaded, _environment(loaded, environment, read))
    controls = [control for pack in packs for control in pack.controls]
    # Passes are most of what there is; unless somebody wants to see them they are counted. Readiness is a share of those of its category.
    passes = evaluate.EVERYTHING if everything or any(files.values()) else frozenset({Category.EXIT})
    known = frozenset(one.id for one in controls)
    report = evaluate.judge(controls, context, read.stack, stack_name=read.stack_name, known=known, passes=passes)
    found = outcome(report, context, packs, loaded, read, moment=datetime.now(UTC), strict=fail_on_unknown)
    for one in reports.formats():
        path = files.get(one.option)
        if path is not None:
            _write(path, one.render(found))
    _tell(found, everything=everything, as_json=as_json)
    if found.violations:
        raise PolicyViolations(f"{len(found.violations)} policy violations in {read.where}")


@COMMAND.command("list")
def list_controls(policies: Annotated[Path | None, _POLICIES] = None, as_json: Annotated[bool, _JSON] = False) -> None:
    """Every control of every pack, with the frameworks that ask for it; `~` marks what is mapped by analogy."""
    from handoff.cli import _show
    from handoff.controls import catalogue

    packs = catalogue.load(policies or catalogue.find_folder())
    if as_json:
        for pack in packs:
            for one in pack.controls:
                _show.line({"type": "control", "schema_version": 1, **_facts(one, pack.name)})
        _show.summary(0, packs=len(packs), controls=sum(len(pack.controls) for pack in packs), **_counts(packs))
        return
    for pack in packs:
        _show.say(f"{pack.name} {pack.version}: {pack.description} ({len(pack.controls)} controls)\n")
        width = max(len(one.id) for one in pack.controls)
        for one in pack.controls:
            _show.say(f"  {one.id:<{width}}  {one.severity.value:<8}  {one.title}")
            if one.frameworks:
                _show.say(f"  {'':<{width}}            {_words(one.maps.clauses, one.also)}")
        _show.say("")
    for name, counted in _counts(packs).items():
        _show.say(f"{name.removeprefix('by_')}: " + ", ".join(f"{count} {each}" for each, count in counted.items()))


@COMMAND.command("explain")
def explain(
    control: Annotated[str, typer.Argument(help="The control's id, as `handoff policy list` shows it.")],
    policies: Annotated[Path | None, _POLICIES] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """One control in full: what holds, why, how to mend it, who asks for it, and what it does not see.

    Exit codes: 0; 2 no such control.
    """
    import difflib

    from handoff.cli import _show
    from handoff.controls import catalogue
    from handoff.controls.evaluate import WAIVER
    from handoff.errors import UsageError

    packs = catalogue.load(policies or catalogue.find_folder())
    known = {one.id: (one, pack.name) for pack in packs for one in pack.controls} | {WAIVER.id: (WAIVER, "every pack")}
    if control not in known:
        near = difflib.get_close_matches(control, sorted(known), n=3)
        raise UsageError(f"no control {control!r}{f'; did you mean {chr(32).join(near)}?' if near else ''}", hint="`handoff policy list` shows every control.")
    found, pack = known[control]
    if as_json:
        _show.line({"type": "control", "schema_version": 1, **_facts(found, pack), "snippet": found.snippet})
        _show.summary(0)
        return
    for line in _explained(found, pack):
        _show.say(line)


@COMMAND.command("component")
def component(
    out: Annotated[Path, typer.Option("--out", help="Write the OSCAL component definition (JSON) here; needs the extra `oscal`.")],
    policies: Annotated[Path | None, _POLICIES] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """The controls as an OSCAL component definition: which NIST SP 800-53 control each one helps with.

    Exit codes: 0; 2 no packs, no extra `oscal`, or the file cannot be written.
    """
    from datetime import UTC, datetime

    from handoff.cli import _show
    from handoff.controls import catalogue
    from handoff.controls.reports._component import component_definition

    packs = catalogue.load(policies or catalogue.find_folder())
    _write(out, component_definition(packs, moment=datetime.now(UTC)))
    count = sum(len(pack.controls) for pack in packs)
    if as_json:
        _show.summary(0, file=str(out), packs=len(packs), controls=count)
    else:
        _show.say(f"{out}: {count} controls of {len(packs)} packs.")


def _facts(control: Control, pack: str) -> dict[str, object]:
    return {
        "pack": pack,
        "id": control.id,
        "title": control.title,
        "why": control.why,
        "fix": control.fix,
        "blind": control.blind,
        "severity": control.severity.value,
        "category": control.category.value,
        "family": control.family,
        "clouds": sorted(control.clouds),
        "rows": list(control.rows),
        "source": control.source,
        "frameworks": list(control.frameworks),
        "clauses": [{"framework": one.framework, "clause": one.clause, "derived": one.derived} for one in control.maps.clauses],
        "types": sorted(control.types),
        "remedy": dict(control.remedy),
    }


def _counts(packs: tuple[Pack, ...]) -> dict[str, dict[str, int]]:
    """How many controls there are per cloud, category and framework."""
    from handoff.controls.frameworks import FRAMEWORKS, asked
    from handoff.controls.model import Category

    controls = [one for pack in packs for one in pack.controls]
    return {
        "by_cloud": {name: sum(name in one.clouds for one in controls) for name in sorted({cloud for one in controls for cloud in one.clouds})},
        "by_category": {one.value: sum(each.category is one for each in controls) for one in Category},
        "by_framework": {name: sum(bool(asked(one.maps.clauses, [name])) for one in controls) for name in FRAMEWORKS},
    }


def _words(clauses: tuple[Clause, ...], also: tuple[str, ...]) -> str:
    found: dict[str, list[str]] = {}
    for one in clauses:
        found.setdefault(f"{'~' if one.derived else ''}{one.framework}", []).append(one.clause)
    return "; ".join([*(f"{name} {', '.join(names)}" for name, names in found.items()), *also])


def _explained(control: Control, pack: str) -> list[str]:
    from handoff.controls.frameworks import FRAMEWORKS

    family = f", {control.family}" if control.family else ""
    clouds = ", ".join(sorted(control.clouds)) or "every cloud"
    lines = [f"{control.id}: {control.title}", f"{control.severity.value}; {pack}, {control.category.value}{family}; {clouds}", ""]
    lines += ["Why", f"  {control.why}", f"  source: {control.source}", "", "How to fix", f"  {control.fix}"]
    if control.remedy:
        lines.append("  Safe to set by itself when asked for: " + ", ".join(f"{path} = {value!r}" for path, value in control.remedy.items()))
    if control.snippet:
        lines += ["", *(f"  {line}".rstrip() for line in control.snippet.strip().splitlines())]
    by_base = {one.base: one for one in reversed(list(FRAMEWORKS.values()))}
    if control.maps.clauses or control.also:
        lines += ["", "Asked by"]
        for base, framework in by_base.items():
            clauses = tuple(one for one in control.maps.clauses if one.framework == base)
            if clauses:
                derived = " (by analogy: no published mapping names it)" if clauses[0].derived else ""
                lines += [f"  {framework.title.partition(', ')[0]}: {', '.join(one.clause for one in clauses)}{derived}", f"    source: {framework.source}"]
        lines += [f"  {one}" for one in control.also]
    lines += ["", "What it looks at"]
    lines += [f"  {token}: {', '.join(paths) or 'that it is there'}" for token, paths in {**control.reads, **control.looks_at}.items()] or ["  the stack"]
    if control.blind:
        lines += ["", "What it does not see", f"  {control.blind}"]
    return lines


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


def _write(path: Path, text: str) -> None:
    from handoff.errors import UsageError

    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", hint="Name a file in a folder that is there and may be written.") from None


def _tell(found: Outcome, *, everything: bool, as_json: bool) -> None:
    import sys

    from handoff.cli import _show
    from handoff.controls.reports import _lines, _terminal
    from handoff.errors import PolicyViolations

    if as_json:
        # At once: a flush for each of thousands of lines takes longer than judging them.
        sys.stdout.writelines(f"{line}\n" for line in _lines.lines(found, everything=everything))
        _show.summary(PolicyViolations.exit_code if found.violations else 0, **_lines.summary(found))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _terminal.terminal(found))
        sys.stdout.flush()
