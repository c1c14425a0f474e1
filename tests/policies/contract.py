"""What every control of the catalogue has to be, as checks that name what is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from handoff.controls import evaluate
from handoff.controls.context import Context
from handoff.controls.model import Category, Control, Verdict
from handoff.controls.resource import Resource, Stack
from tests.policies import corpus, sdk, snippets

FAMILIES = frozenset(["PUB", "NET", "TRN", "RST", "KEY", "LOG", "LGP", "MON", "IAM", "CRD", "MFA", "BKP", "HA", "DEL", "CFG", "VUL", "RES", "GOV"])
WORST = [Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE]


def texts(control: Control) -> Iterator[str]:
    """What is missing from a control's own words."""
    if not control.title or control.title.endswith("."):
        yield "title: a statement without a full stop"
    for name in ("why", "fix", "blind"):
        if not getattr(control, name).endswith("."):
            yield f"{name}: one or two whole sentences"
    if not control.source.startswith("https://") or not control.source.endswith("(read 2026-11-22)"):
        yield "source: `https://... (read 2026-11-22)`"
    if not control.snippet.strip():
        yield "snippet: Pulumi Python that satisfies it"
    if control.category is Category.BASELINE and (control.family not in FAMILIES or not control.maps.clauses):
        yield "a baseline control has a family and maps"
    if not control.rows and control.category is not Category.EXIT:
        yield "rows: which rows of the research it answers"
    if not control.frameworks:
        yield "no clause asks for it: give maps or also"


def paths(control: Control) -> Iterator[str]:
    """Types and paths that the installed SDKs do not have."""
    for tokens in (control.reads, control.looks_at):
        for token, names in tokens.items():
            for name in names or ("",):
                wrong = sdk.fault(token, name)
                if wrong:
                    yield wrong


def snippet(control: Control, context: Context) -> Iterator[str]:
    """The snippet runs, makes a resource that the control judges, and the control is content with it."""
    try:
        ast.parse(control.snippet)
        stack = snippets.stack(control.snippet)
    except Exception as error:  # noqa: BLE001 - whatever a snippet does wrong is told
        yield f"snippet: {type(error).__name__}: {error}"
        return
    judged = {one.type for one in stack.resources}
    if control.types and not any(_covers(token, made) for token in control.types for made in judged):
        yield f"snippet: makes none of {', '.join(sorted(control.types))}; it makes {', '.join(sorted(judged))}"
    for one in evaluate.judge([control], replace(context, engagement=unbound(context)), stack, stack_name="test").results:
        if one.verdict not in {Verdict.PASS, Verdict.NOT_APPLICABLE} and one.control is control:
            yield f"snippet: {one.verdict.value}: {one.urn}: {one.message} ({one.path})"


def unbound(context: Context):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the engagement without the selection of frameworks
    return context.engagement.model_copy(update={"requirements": context.engagement.requirements.model_copy(update={"frameworks": ()})})


def _covers(token: str, made: str) -> bool:
    return made.startswith(token[:-1]) if token.endswith("*") else token == made


def said(case: corpus.Case, control: Control, context: Context) -> tuple[Verdict, list[evaluate.Result]]:
    """The worst that a control says of a case, and all it says."""
    context = replace(context, engagement=unbound(context))
    report = evaluate.judge([control], context, corpus.stack(case), stack_name="cases")
    results = [one for one in report.results if one.control is control]
    return min((one.verdict for one in results), key=WORST.index, default=Verdict.NOT_APPLICABLE), results


def case_fault(case: corpus.Case, control: Control, folder: Path) -> str | None:
    """What is wrong when a control does not say what a case expects."""
    verdict, results = said(case, control, corpus.context(case, folder))
    shown = [(one.verdict.value, one.urn.rsplit("::", 1)[-1], one.message, one.path) for one in results]
    if verdict.value != case.expect:
        return f"expected {case.expect}, said {verdict.value}: {shown}"
    worst = [one for one in results if one.verdict is verdict]
    if case.path and case.path not in {one.path for one in worst}:
        return f"expected a finding at {case.path}: {shown}"
    if case.says and not any(case.says in one.message for one in worst):
        return f"expected a message with {case.says!r}: {shown}"
    return None


def undeclared(case: corpus.Case, control: Control, folder: Path) -> Iterator[str]:
    """Paths that a rule looked at in a case and does not declare in `reads` or `looks_at`."""
    asked: set[tuple[str, str]] = set()

    class Noting(Resource):
        __slots__ = ()

        def each(self, path: str) -> Iterator[tuple[str, object]]:
            asked.add((self.type, path))
            return super().each(path)

        def get(self, path: str) -> object:
            asked.add((self.type, path))
            return super().get(path)

    watched = Stack(
        Noting(urn=one.urn, type=one.type, name=one.name, inputs=one.inputs, provider=one.provider, links=one.links) for one in corpus.resources(case)
    )
    context = corpus.context(case, folder)
    evaluate.judge([control], replace(context, engagement=unbound(context)), watched, stack_name="cases")
    for token, path in sorted(asked):
        declared = [one for tokens in (control.reads, control.looks_at) for name, names in tokens.items() if _covers(name, token) for one in names]
        plain = _plain(path)
        if plain in PLACES or plain in IDENTITIES:
            continue
        if not any(plain == _plain(one) or _plain(one).startswith(f"{plain}.") or plain.startswith(f"{_plain(one)}.") for one in declared):
            yield f"{token}: {path} is looked at and not declared"


PLACES = frozenset({"region", "location", "zone"})
IDENTITIES = frozenset({"id", "bucket", "name"})
"""How a resource is recognised, which every control may look at."""


def _plain(path: str) -> str:
    return ".".join(part.split("[", 1)[0] for part in path.split("."))
