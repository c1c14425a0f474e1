"""Runs controls over resources: one look-up by type, every breakage caught at the control that broke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ParamSpec

from handoff.controls.frameworks import Maps
from handoff.controls.model import RESIDENCY, Category, Control, Finding, Result, Severity, Verdict
from handoff.controls.waivers import Waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from handoff.controls.context import Context
    from handoff.controls.model import ResourceRule
    from handoff.controls.resource import Resource, Stack

P = ParamSpec("P")
EVERYTHING = frozenset(Category)
STACK = "stack"
"""The name by which a waiver means a finding of the stack as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every result of one run, in the order of the resources and the controls."""

    results: tuple[Result, ...]
    counted: int = 0
    """Passes that were only counted."""

    def violations(self, *, strict: bool = False) -> tuple[Result, ...]:
        """What fails the run: breaches without a waiver, broken controls, and with `strict` what residency could not decide."""
        return tuple(one for one in self.results if breaks(one, strict=strict))

    def count(self, verdict: Verdict) -> int:
        """How many results of one verdict, waived ones left out."""
        return sum(one.verdict is verdict and one.waived is None for one in self.results) + (self.counted if verdict is Verdict.PASS else 0)

    @property
    def waived(self) -> tuple[Result, ...]:
        """What a waiver lets through."""
        return tuple(one for one in self.results if one.waived is not None)


def breaks(result: Result, *, strict: bool = False) -> bool:
    """Whether a result fails the run; `strict`: a residency control that could not decide does."""
    if result.verdict is Verdict.ERROR:
        return True
    if result.waived is not None:
        return False
    return result.verdict is Verdict.FAIL or (strict and result.verdict is Verdict.UNKNOWN and result.control.category in RESIDENCY)


class Judge:
    """Controls, context and waivers of one run. Resources may come one by one, as the engine gives them.

    Controls are looked up by a resource's type, once per type: what a run costs follows from the controls that speak of its resources,
    not from the size of the catalogue.
    """

    def __init__(self, controls: Iterable[Control], context: Context, *, known: frozenset[str] | None = None, passes: frozenset[Category] = EVERYTHING) -> None:
        """`known`: every control there is, to tell waivers that name none; `passes`: of which categories passes are results, not only counted."""
        self._passes = passes
        self.counted = 0
        self.controls = tuple(one for one in controls if context.demands(one))
        self.context = context
        ids = frozenset(one.id for one in self.controls)
        self._waivers = Waivers(context.engagement.waivers, today=context.today, mine=ids, known=known)
        self._alone = _ByType(one for one in self.controls if one.evaluate is not None)
        self._linked = _ByType(one for one in self.controls if one.evaluate_linked is not None)
        self._whole = tuple(one for one in self.controls if one.evaluate_stack is not None)

    def resource(self, resource: Resource) -> list[Result]:
        """What every control of the resource's type says of it by itself."""
        found: list[Result] = []
        for control in self._alone.of(resource.type):
            rule = control.evaluate
            if rule is not None:
                self._add(found, control, resource, _findings(rule, resource, self.context))
        return found

    def stack(self, stack: Stack) -> list[Result]:
        """What the controls say that need the rest of the stack."""
        found: list[Result] = []
        for resource in stack.resources:
            for control in self._linked.of(resource.type):
                rule = control.evaluate_linked
                if rule is not None:
                    self._add(found, control, resource, _findings(rule, resource, stack, self.context))
        for control in self._whole:
            whole = control.evaluate_stack
            if whole is not None:
                found += self._of_stack(control, _findings(whole, stack, self.context), stack)
        return found

    def remedies(self, resource: Resource) -> list[Control]:
        """Controls that fail on a resource and whose safe fix mends it, in order; each builds on the ones before."""
        found = []
        for control in self._alone.of(resource.type):
            rule = control.evaluate
            if not control.remedy or rule is None or not self._fails(rule, control, resource):
                continue
            mended = replace(resource, inputs=remedied(resource.inputs, control.remedy))
            if not _bad(_findings(rule, mended, self.context)):
                resource = mended
                found.append(control)
        return found

    def waivers(self, stack_name: str) -> list[Result]:
        """What is wrong with the waivers themselves; call it last."""
        return self._waivers.faults(WAIVER, stack_name)

    def _fails(self, rule: ResourceRule, control: Control, resource: Resource) -> bool:
        findings = _findings(rule, resource, self.context)
        if any(one.verdict in {Verdict.UNKNOWN, Verdict.ERROR} for one in findings):
            return False
        return _bad(findings) and self._waivers.match(control.id, resource.urn, resource.name) is None

    def _add(self, found: list[Result], control: Control, resource: Resource, findings: list[Finding]) -> None:
        if not findings:
            if control.category in self._passes:
                found.append(Result(control=control, verdict=Verdict.PASS, urn=resource.urn, type=resource.type, message=""))
            else:
                self.counted += 1
            return
        for one in findings:
            found.append(self._result(control, one, resource.urn, resource.type, resource.name))

    def _of_stack(self, control: Control, findings: list[Finding], stack: Stack) -> Iterator[Result]:
        if not findings:
            yield self._result(control, Finding(verdict=Verdict.PASS, message=""), "", "", STACK)
        for one in findings:
            at = stack.find(one.urn)
            yield self._result(control, one, one.urn, at.type if at else "", at.name if at else STACK)

    def _result(self, control: Control, finding: Finding, urn: str, type_token: str, name: str) -> Result:
        waived = self._waivers.match(control.id, urn, name) if finding.verdict in {Verdict.FAIL, Verdict.UNKNOWN} else None
        return Result(
            control=control,
            verdict=finding.verdict,
            urn=urn,
            type=type_token,
            message=finding.message,
            path=finding.path,
            data_class=finding.data_class,
            waived=waived,
        )


class _ByType:
    """Controls by the type tokens that they name; prefixes are resolved once per type."""

    def __init__(self, controls: Iterable[Control]) -> None:
        self._exact: dict[str, list[tuple[int, Control]]] = {}
        self._prefixes: list[tuple[str, int, Control]] = []
        for number, control in enumerate(controls):
            for token in control.types:
                if token.endswith("*"):
                    self._prefixes.append((token[:-1], number, control))
                else:
                    self._exact.setdefault(token, []).append((number, control))
        self._known: dict[str, tuple[Control, ...]] = {}

    def of(self, type_token: str) -> tuple[Control, ...]:
        """The controls of one type, in the order of the catalogue."""
        known = self._known.get(type_token)
        if known is None:
            found = [*self._exact.get(type_token, ()), *((number, one) for prefix, number, one in self._prefixes if type_token.startswith(prefix))]
            known = self._known[type_token] = tuple(dict(sorted(found, key=lambda each: each[0])).values())
        return known


def remedied(inputs: Mapping[str, object], remedy: Mapping[str, object]) -> dict[str, object]:
    """Inputs with the remedy's values at its paths; objects on the way are copied, or made when there are none."""
    made = dict(inputs)
    for path, value in remedy.items():
        at, (*way, last) = made, path.split(".")
        for step in way:
            inner = at.get(step)
            fresh = dict(inner) if isinstance(inner, Mapping) else {}
            at[step] = fresh
            at = fresh
        at[last] = value
    return made


def _bad(findings: Iterable[Finding]) -> bool:
    return any(one.verdict is not Verdict.PASS and one.verdict is not Verdict.NOT_APPLICABLE for one in findings)


def judge(
    controls: Sequence[Control],
    context: Context,
    stack: Stack,
    *,
    stack_name: str,
    known: frozenset[str] | None = None,
    passes: frozenset[Category] = EVERYTHING,
) -> Report:
    """Everything at once, for a stack that is wholly at hand."""
    run = Judge(controls, context, known=known, passes=passes)
    results = [result for resource in stack.resources for result in run.resource(resource)]
    results += run.stack(stack)
    results += run.waivers(stack_name)
    return Report(results=tuple(results), counted=run.counted)


def _findings(rule: Callable[P, Iterator[Finding]], *seen: P.args, **named: P.kwargs) -> list[Finding]:
    try:
        return list(rule(*seen, **named))
    except Exception as error:  # noqa: BLE001 - a rule that breaks, however it breaks, is an error of that rule and not the end of the run
        return [Finding(verdict=Verdict.ERROR, message=f"the control itself broke ({type(error).__name__}: {error}); nothing is known of this resource")]


def _nothing(_: Stack, __: Context) -> Iterator[Finding]:
    return iter(())


WAIVER = Control(
    id="waiver",
    title="Waivers are in force, used and name a control that exists",
    why="An exception that has ended, or that excuses nothing any more, hides the next failure of its control.",
    fix="Mend the resource, renew the waiver with a new decision, or remove it from the spec.",
    source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
    category=Category.EXIT,
    maps=Maps(nist="CA-5"),
    severity=Severity.MEDIUM,
    evaluate_stack=_nothing,
)
"""Under this id the faults of waivers are reported; it cannot be waived."""
