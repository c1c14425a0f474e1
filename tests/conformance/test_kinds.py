"""What every kind must keep to, whatever it is; README.md says how a kind plugs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from handoff import canonical, registry
from handoff.engine import images
from handoff.errors import AccessDenied, HandoffError
from handoff.model import KindId, Outcome, Verb, Verdict
from handoff.wrap.dryrun import DryRun
from tests.conformance._case import KINDS, Case, seed_of

every_kind = pytest.mark.parametrize("kind_id", KINDS)


@every_kind
def test_says_what_it_is(kind_id: KindId) -> None:
    kind = registry.kinds()[kind_id]
    assert kind.title
    assert re.fullmatch(r"[A-Z]\d+", kind.row)
    for source in (kind.source, kind.lag.source):
        assert re.search(r"https?://\S+ \(read \d{4}-\d\d-\d\d\)", source), source
    assert kind.scope_type.value.split(".")[0] == kind_id.split(".")[0]
    assert kind.phase in {1, 3, 4, 5, 6}
    assert kind.lag.settle_s >= 0
    assert kind.blind
    assert kind.reads
    assert not kind.reads & kind.writes
    assert kind.after <= set(KINDS)
    assert all(token.count(":") == 2 for token in kind.creates)


@every_kind
def test_has_a_seed(kind_id: KindId) -> None:
    assert callable(seed_of(kind_id).start)


@every_kind
def test_finds_the_path_and_the_bystander(kind_id: KindId, shared: Callable[[KindId], Case]) -> None:
    case = shared(kind_id)
    found = case.found()
    assert case.ids <= set(found)
    for path in found.values():
        assert path.kind == kind_id
        assert path.scope == case.seeded.scope
        assert path.holder
        assert path.allows
        assert canonical.encode(path)  # JSON all through
    assert case.found().keys() == found.keys()
    assert case.used <= case.kind.reads
    assert case.probe() is Verdict.ALIVE


@every_kind
def test_a_denied_listing_is_never_empty(kind_id: KindId, shared: Callable[[KindId], Case]) -> None:
    case = shared(kind_id)
    if case.seeded.denied is None:
        pytest.skip("its test file shows no credential that is denied")
    assert case.found()  # the same listing by somebody who may
    with pytest.raises(AccessDenied):
        list(case.kind.discover(case.cloud.open(case.seeded.scope, case.seeded.denied)))


@every_kind
def test_dry_run_changes_nothing(kind_id: KindId, shared: Callable[[KindId], Case]) -> None:
    case = shared(kind_id)
    before = case.kind.image(case.writer(), case.path)
    assert before is not None
    dry = DryRun(case.writer())
    for step in case.steps[:1]:
        receipts = list(case.kind.do(dry, case.path, step.verb, before, datetime.now(UTC)))
        assert receipts
        assert not any(receipt.applied for receipt in receipts)
    assert {op for op, _ in dry.would} <= case.kind.writes
    assert images.digest(before) == case.image()
    assert case.probe() is Verdict.ALIVE


@every_kind
def test_cut_and_proven_dead_and_nobody_else_hurt(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    bystander = case.bystander_image()
    assert case.awaits(case.seeded.tried, Outcome.WORKED) is Outcome.WORKED
    steps = case.steps
    if not steps:
        pytest.skip("only a person can end it, and its steps say so")
    shown_after = getattr(case.seeded, "shown_after", steps[-1].verb)
    for step in steps:
        before = case.kind.image(case.writer(), case.path)
        at = datetime.now(UTC)
        assert list(case.kind.do(case.writer(), case.path, step.verb, before or {}, at))
        after = case.image()
        # What happens after `kill -9` between the write and the receipt: the same step again, with the same pre-image and moment.
        assert not any(receipt.applied for receipt in case.kind.do(case.writer(), case.path, step.verb, before or {}, at))
        assert case.image() == after
        if step.verb is shown_after:
            assert case.awaits(case.seeded.tried, Outcome.REFUSED) is Outcome.REFUSED
    assert case.probe() is Verdict.GONE
    assert case.bystander_image() == bystander
    assert case.awaits(case.seeded.bystander_tried, Outcome.WORKED) is Outcome.WORKED
    assert case.seeded.path_id not in case.found()
    assert case.bystanders <= set(case.found())
    assert case.used <= case.kind.reads | case.kind.writes


@every_kind
def test_undo_gives_back_what_was_there(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    step = next(iter(case.steps), None)
    if step is None or not step.reversible:
        pytest.skip("its first step cannot be undone, and says so")
    assert step.verb is Verb.DISABLE
    before = case.kind.image(case.writer(), case.path)
    assert before is not None
    digest = images.digest(before)
    list(case.kind.do(case.writer(), case.path, step.verb, before, datetime.now(UTC)))
    assert case.awaits(case.seeded.tried, Outcome.REFUSED) is Outcome.REFUSED
    list(case.kind.undo(case.writer(), case.path, step.verb, before))
    assert case.image() == digest
    list(case.kind.undo(case.writer(), case.path, step.verb, before))
    assert case.image() == digest
    assert case.awaits(case.seeded.tried, Outcome.WORKED) is Outcome.WORKED
    assert case.probe() is Verdict.ALIVE


@every_kind
def test_a_path_that_is_gone_is_cut_without_a_word(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    if not case.steps:
        pytest.skip("only a person can end it, and its steps say so")
    for _ in range(2):
        for step in case.steps:
            before = case.kind.image(case.writer(), case.path)
            try:
                receipts = list(case.kind.do(case.writer(), case.path, step.verb, before or {}, datetime.now(UTC)))
            except HandoffError as error:
                pytest.fail(f"a repeated {step.verb} fails: {error}")
    assert not any(receipt.applied for receipt in receipts)
    assert case.probe() is Verdict.GONE


@every_kind
def test_steps_are_in_order_and_what_a_person_does_stands_alone(kind_id: KindId, shared: Callable[[KindId], Case]) -> None:
    """What cannot be undone comes after what can; what a person does is never undone, never done by the tool, and changes nothing when it is asked to."""
    case = shared(kind_id)
    steps = case.kind.steps(case.path)
    assert steps
    assert all(step.effect for step in steps)
    reversible = [step.reversible for step in steps]
    assert reversible == sorted(reversible, reverse=True)
    by_hand = [step for step in steps if step.verb is Verb.MANUAL]
    assert case.kind.writes or by_hand == list(steps)
    assert not any(step.reversible for step in by_hand)
    if not by_hand:
        return
    before = case.kind.image(case.writer(), case.path)
    wrote: list[str] = []
    with suppress(HandoffError, NotImplementedError):
        wrote = [receipt.op for receipt in case.kind.do(case.writer(), case.path, Verb.MANUAL, before or {}, datetime.now(UTC)) if receipt.applied]
    assert wrote == []
    assert case.kind.image(case.writer(), case.path) == before
    assert case.probe() is Verdict.ALIVE


@every_kind
def test_uses_what_it_declares_and_nothing_else(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    """A permission that is asked of the client and never needed is one too many; one that is needed and not asked for fails in the night of the exit."""
    case = seeded(kind_id)
    case.probe()
    for step in case.steps:
        before = case.kind.image(case.writer(), case.path)
        list(case.kind.do(case.writer(), case.path, step.verb, before or {}, datetime.now(UTC)))
        case.probe()
        if step.reversible:
            list(case.kind.undo(case.writer(), case.path, step.verb, before or {}))
            list(case.kind.do(case.writer(), case.path, step.verb, before or {}, datetime.now(UTC)))
    declared = case.kind.reads | case.kind.writes
    assert case.used <= declared
    if kind_id.startswith("aws."):
        assert all(case.seldom.values())
        assert case.seldom.keys() <= declared
        assert declared - case.used == case.seldom.keys()
