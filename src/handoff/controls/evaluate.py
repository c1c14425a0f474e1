"""Runs controls over resources: one look-up by type, every breakage caught at the control that broke."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from handoff.controls.model import Control, Finding, Result, Severity, Verdict
from handoff.controls.waivers import Waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from handoff.controls.context import Context
    from handoff.controls.resource import Resource, Stack

_WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every result of one run, in the order of the resources and the controls."""

    results: tuple[Result, ...]

    def violations(self, *, fail_on_unknown: frozenset[str] = frozenset()) -> tuple[Result, ...]:
        """What fails the run: breaches without a waiver, broken controls, and unknowns of the controls named."""
        return tuple(one for one in self.results if breaks(one, fail_on_unknown=fail_on_unknown))

    def count(self, verdict: Verdict) -> int:
        """How many results of one verdict, waived ones left out."""
        return sum(one.verdict is verdict and one.waived is None for one in self.results)

    @property
    def waived(self) -> tuple[Result, ...]:
        """What a waiver lets through."""
        return tuple(one for one in self.results if one.waived is not None)


def breaks(result: Result, *, fail_on_unknown: frozenset[str] = frozenset()) -> bool:
    """Whether a result fails the run."""
    if result.verdict is Verdict.ERROR:
        return True
    if result.waived is not None:
        return False
    return result.verdict is Verdict.FAIL or (result.verdict is Verdict.UNKNOWN and result.control.id in fail_on_unknown)


class Judge:
    """Controls, context and waivers of one run. Resources may come one by one, as the engine gives them."""

    def __init__(self, controls: Iterable[Control], context: Context, *, known: frozenset[str] | None = None) -> None:
        self.controls = tuple(controls)
        self.context = context
        ids = frozenset(one.id for one in self.controls)
        self._waivers = Waivers(context.engagement.waivers, today=context.today, mine=ids, known=known)
        self._for_type = cache(self._pick)

    def resource(self, resource: Resource) -> list[Result]:
        """What every control of the resource's type says of it."""
        found: list[Result] = []
        for control in self._for_type(resource.type):
            rule = control.evaluate
            if rule is not None:
                found += self._run(control, partial(rule, resource, self.context), resource)
        return found

    def stack(self, stack: Stack) -> list[Result]:
        """What the controls of the whole stack say."""
        found: list[Result] = []
        for control in self.controls:
            rule = control.evaluate_stack
            if rule is not None:
                found += self._run_stack(control, partial(rule, stack, self.context), stack)
        return found

    def waivers(self, stack_name: str) -> list[Result]:
        """What is wrong with the waivers themselves; call it last."""
        return self._waivers.faults(WAIVER, stack_name)

    def _pick(self, type_token: str) -> tuple[Control, ...]:
        return tuple(one for one in self.controls if any(_covers(pattern, type_token) for pattern in one.types))

    def _run(self, control: Control, rule: Callable[[], Iterator[Finding]], resource: Resource) -> Iterator[Result]:
        findings = _findings(rule)
        if not findings:
            yield self._result(control, Finding(verdict=Verdict.PASS, message=""), resource.urn, resource.type, resource.name)
        for one in findings:
            yield self._result(control, one, resource.urn, resource.type, resource.name)

    def _run_stack(self, control: Control, rule: Callable[[], Iterator[Finding]], stack: Stack) -> Iterator[Result]:
        findings = _findings(rule)
        if not findings:
            yield self._result(control, Finding(verdict=Verdict.PASS, message=""), "", "", "")
        by_urn = {one.urn: one for one in stack.resources} if any(one.urn for one in findings) else {}
        for one in findings:
            at = by_urn.get(one.urn)
            yield self._result(control, one, one.urn, at.type if at else "", at.name if at else "")

    def _result(self, control: Control, finding: Finding, urn: str, type_token: str, name: str) -> Result:
        waived = self._waivers.match(control.id, urn, name) if finding.verdict in {Verdict.FAIL, Verdict.UNKNOWN} else None
        return Result(control=control, verdict=finding.verdict, urn=urn, type=type_token, message=finding.message, path=finding.path, waived=waived)


def judge(controls: Sequence[Control], context: Context, stack: Stack, *, stack_name: str, known: frozenset[str] | None = None) -> Report:
    """Everything at once, for a stack that is wholly at hand."""
    run = Judge(controls, context, known=known)
    results = [result for resource in stack.resources for result in run.resource(resource)]
    results += run.stack(stack)
    results += run.waivers(stack_name)
    return Report(results=tuple(results))


def _findings(rule: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(rule())
    except Exception as error:  # noqa: BLE001 - a rule that breaks, however it breaks, is an error of that rule and not the end of the run
        return [Finding(verdict=Verdict.ERROR, message=f"the control itself broke ({type(error).__name__}: {error}); nothing is known of this resource")]


def _covers(pattern: str, type_token: str) -> bool:
    return type_token.startswith(pattern[:-1]) if pattern.endswith("*") else type_token == pattern


def _nothing(_: Stack, __: Context) -> Iterator[Finding]:
    return iter(())


WAIVER = Control(
    id="waiver",
    title="Waivers are in force, used and name a control that exists",
    why="An exception that has ended, or that excuses nothing any more, hides the next failure of its control.",
    fix="Mend the resource, renew the waiver with a new decision, or remove it from the spec.",
    source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
    frameworks=("nist-800-53 CA-5",),
    severity=Severity.MEDIUM,
    evaluate_stack=_nothing,
)
"""Under this id the faults of waivers are reported; it cannot be waived."""
