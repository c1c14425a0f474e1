"""A verdict is never rounded up: of every combination of evidence, one is PROVEN."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from handoff.engine.prove import Evidence, Proof, Trial, coverage_of, judge
from handoff.model import AccessPath, Attempt, Coverage, Outcome, Read, Verdict
from tests.engine._simulator import KEY, OTHER, SCOPE, START

PATH = AccessPath(kind=KEY.id, id="key/1", scope=SCOPE, holder="nimbus/ops", allows="everything")
CUT = START + timedelta(minutes=10)
AFTER = CUT + timedelta(minutes=5)


def attempt(outcome: Outcome, code: str = "code") -> Attempt:
    return Attempt(outcome=outcome, op="toy:Call", code=code, at=AFTER)


def trial(tried: Outcome = Outcome.REFUSED, control: Outcome | None = Outcome.WORKED) -> Trial:
    return Trial(canary="c", form="aws-keys", worked_at=START, tried=attempt(tried), control=None if control is None else attempt(control))


def coverage(read: Read) -> Coverage:
    return Coverage(kind=KEY.id, scope=SCOPE, read=read, found=0, reason=None if read is Read.COMPLETE else "told no")


GOOD = Evidence(
    path=PATH,
    cut_at=CUT,
    not_before=CUT + timedelta(minutes=1),
    gathered_at=AFTER,
    still_listed=False,
    coverage=coverage(Read.COMPLETE),
    probe=Verdict.GONE,
    trials=(trial(),),
)


def test_all_of_it_together_is_proof() -> None:
    judged = judge(GOOD)
    assert judged.proof is Proof.PROVEN
    assert judged.reasons == ()
    assert "1 canary attempt" in judged.method


def test_every_combination_and_only_the_good_ones_are_proven() -> None:
    cuts = (CUT, None)
    times = (AFTER, CUT + timedelta(seconds=59))
    coverages = (None, *(coverage(read) for read in Read))
    trials = [(), *((trial(tried, control),) for tried in Outcome for control in (*Outcome, None))]
    proven = 0
    for cut_at, at, listed, cover, probe, tried in itertools.product(cuts, times, (False, True), coverages, Verdict, trials):
        evidence = replace(GOOD, cut_at=cut_at, gathered_at=at, still_listed=listed, coverage=cover, probe=probe, trials=tried)
        judged = judge(evidence)
        complete = cover is not None and cover.read is Read.COMPLETE
        dead = not tried or (tried[0].tried.outcome is Outcome.REFUSED and tried[0].control is not None and tried[0].control.outcome is Outcome.WORKED)
        good = cut_at is not None and at == AFTER and not listed and complete and probe is Verdict.GONE and dead
        assert (judged.proof is Proof.PROVEN) == good, evidence
        assert bool(judged.reasons) != good
        if tried and tried[0].tried.outcome is Outcome.WORKED:
            assert judged.proof is Proof.ALIVE
        proven += good
    assert proven == 2, "with a good trial, and without any"


@pytest.mark.parametrize(
    ("evidence", "proof", "told"),
    [
        (replace(GOOD, cut_at=None, not_before=None), Proof.UNKNOWN, "has not been cut"),
        (replace(GOOD, cut_at=None, not_before=None, by_hand="ask the registrar"), Proof.UNKNOWN, "a person has to do it: ask the registrar"),
        (replace(GOOD, gathered_at=CUT), Proof.UNKNOWN, "too early"),
        (replace(GOOD, coverage=None), Proof.UNKNOWN, "coverage is missing"),
        (replace(GOOD, coverage=coverage(Read.DENIED)), Proof.UNKNOWN, "coverage is denied: told no"),
        (replace(GOOD, still_listed=True, probe=Verdict.DISABLED), Proof.DISABLED, "still shows it"),
        (replace(GOOD, probe=Verdict.UNKNOWN), Proof.UNKNOWN, "probe says unknown"),
        (replace(GOOD, probe=Verdict.ALIVE), Proof.ALIVE, "probe says alive"),
        (replace(GOOD, trials=(trial(Outcome.UNKNOWN),)), Proof.UNKNOWN, "no clear answer"),
        (replace(GOOD, trials=(trial(), trial(Outcome.WORKED))), Proof.ALIVE, "still works"),
        (replace(GOOD, trials=(trial(control=Outcome.REFUSED),)), Proof.UNKNOWN, "may be the network"),
        (replace(GOOD, trials=(trial(control=None),)), Proof.UNKNOWN, "was not there to compare"),
        (replace(GOOD, trials=(replace(trial(), worked_at=CUT + timedelta(seconds=1)),)), Proof.UNKNOWN, "not seen to work before the cut"),
        (replace(GOOD, trials=(replace(trial(), tried=replace(attempt(Outcome.REFUSED), at=CUT)),)), Proof.UNKNOWN, "tried too early"),
    ],
)
def test_each_flaw_is_named(evidence: Evidence, proof: Proof, told: str) -> None:
    judged = judge(evidence)
    assert judged.proof is proof
    assert told in " ".join(judged.reasons)


def test_a_cut_without_a_lag_is_no_excuse() -> None:
    """`not_before` is missing only when the cut is; evidence that says otherwise proves nothing."""
    assert judge(replace(GOOD, not_before=None)).proof is not Proof.PROVEN


def test_coverage_of_another_scope_does_not_speak_for_a_path() -> None:
    here, there = coverage(Read.COMPLETE), replace(coverage(Read.COMPLETE), scope=OTHER)
    assert coverage_of(PATH, {(KEY.id, str(OTHER)): there}) is None
    assert coverage_of(PATH, {(KEY.id, str(SCOPE)): here, (KEY.id, str(OTHER)): there}) is here
