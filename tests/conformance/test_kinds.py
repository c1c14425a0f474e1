"""What every kind must keep to, whatever it is; README.md says how a kind plugs in."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from handoff import canonical, lags, registry
from handoff.errors import AccessDenied, HandoffError
from handoff.model import AccessPath, Kind, KindId, Outcome, Verb, Verdict, Writer
from handoff.wrap.dryrun import DryRun
from handoff.wrap.record import RecordedWriter

ROOT = Path(__file__).parents[1]
KINDS = sorted(registry.kinds())
PATIENCE_S = 10.0
"""How long after the lag a stand-in may take, on a busy machine, before a try counts as still working."""

every_kind = pytest.mark.parametrize("kind_id", KINDS)


def file_of(kind_id: KindId) -> Path:
    cloud, name = kind_id.split(".", 1)
    return ROOT / "kinds" / cloud / f"test_{name}.py"


@cache
def seed_of(kind_id: KindId) -> Any:
    path = file_of(kind_id)
    assert path.exists(), f"{kind_id} has no test file {path.relative_to(ROOT.parent)}"
    spec = importlib.util.spec_from_file_location(f"seed_{kind_id.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert hasattr(module, "SEED"), f"{path.relative_to(ROOT.parent)} has no SEED: see tests/conformance/README.md"
    return module.SEED


class Case:
    """One kind with a freshly seeded path and bystander."""

    def __init__(self, kind_id: KindId, lab: Any) -> None:
        self.kind: Kind = registry.kinds()[kind_id]
        self.seeded = seed_of(kind_id).start(lab)
        self.cloud = registry.cloud(self.seeded.scope.cloud)
        self.used: set[str] = set()
        self.path = self.found()[self.seeded.path_id]

    def writer(self) -> Writer:
        return RecordedWriter(self.cloud.open(self.seeded.scope, self.seeded.login), self.used.add)

    def found(self) -> dict[str, AccessPath]:
        return {path.id: path for path in self.kind.discover(self.writer())}

    def outcome(self, tried: Any) -> Outcome:
        scope, login, op, params = tried
        return self.cloud.attempt(scope, login, op, params).outcome

    def awaits(self, tried: Any, wanted: Outcome) -> Outcome:
        """The outcome once it is the wanted one, or the last one after the lag and some patience."""
        deadline = time.monotonic() + lags.in_force(self.cloud.endpoints()).settle(self.kind).total_seconds() + PATIENCE_S
        while (seen := self.outcome(tried)) is not wanted and time.monotonic() < deadline:
            time.sleep(0.2)
        return seen

    def probe(self) -> Verdict:
        return self.kind.probe(self.writer(), self.path)

    def image(self) -> str:
        return canonical.digest(self.kind.image(self.writer(), self.path))

    def bystander_image(self) -> str:
        return canonical.digest(self.kind.image(self.writer(), self.found()[self.seeded.bystander_id]))


@pytest.fixture
def seeded(lab: Any, lab_env: Mapping[str, str]) -> Callable[[KindId], Case]:
    return lambda kind_id: Case(kind_id, lab)


@every_kind
def test_says_what_it_is(kind_id: KindId) -> None:
    kind = registry.kinds()[kind_id]
    assert kind.title
    assert re.fullmatch(r"[A-Z]\d+", kind.row)
    for source in (kind.source, kind.lag.source):
        assert re.search(r"https?://\S+ \(read \d{4}-\d\d-\d\d\)", source), source
    assert kind.scope_type.value.split(".")[0] == kind_id.split(".")[0]
    assert kind.phase in {3, 4, 5, 6}
    assert kind.lag.settle_s >= 0
    assert kind.blind
    assert kind.reads
    assert kind.writes
    assert not kind.reads & kind.writes
    assert kind.after <= set(KINDS)
    assert all(token.count(":") == 2 for token in kind.creates)


@every_kind
def test_has_a_seed(kind_id: KindId) -> None:
    assert callable(seed_of(kind_id).start)


@every_kind
def test_finds_the_path_and_the_bystander(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    found = case.found()
    assert {case.seeded.path_id, case.seeded.bystander_id} <= set(found)
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
def test_a_denied_listing_is_never_empty(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    if case.seeded.denied is None:
        pytest.skip("its test file shows no credential that is denied")
    assert case.found()  # the same listing by somebody who may
    with pytest.raises(AccessDenied):
        list(case.kind.discover(case.cloud.open(case.seeded.scope, case.seeded.denied)))


@every_kind
def test_dry_run_changes_nothing(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    before = case.kind.image(case.writer(), case.path)
    assert before is not None
    dry = DryRun(case.writer())
    for step in case.kind.steps(case.path)[:1]:
        receipts = list(case.kind.do(dry, case.path, step.verb, before, datetime.now(UTC)))
        assert receipts
        assert not any(receipt.applied for receipt in receipts)
    assert {op for op, _ in dry.would} <= case.kind.writes
    assert canonical.digest(before) == case.image()
    assert case.probe() is Verdict.ALIVE


@every_kind
def test_cut_and_proven_dead_and_nobody_else_hurt(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    bystander = case.bystander_image()
    assert case.awaits(case.seeded.tried, Outcome.WORKED) is Outcome.WORKED
    steps = case.kind.steps(case.path)
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
    if case.seeded.bystander_tried is not None:
        assert case.awaits(case.seeded.bystander_tried, Outcome.WORKED) is Outcome.WORKED
    assert case.seeded.path_id not in case.found()
    assert case.seeded.bystander_id in case.found()
    assert case.used <= case.kind.reads | case.kind.writes


@every_kind
def test_undo_gives_back_what_was_there(kind_id: KindId, seeded: Callable[[KindId], Case]) -> None:
    case = seeded(kind_id)
    step = case.kind.steps(case.path)[0]
    if not step.reversible:
        pytest.skip("its first step cannot be undone, and says so")
    assert step.verb is Verb.DISABLE
    before = case.kind.image(case.writer(), case.path)
    assert before is not None
    digest = canonical.digest(before)
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
    for _ in range(2):
        for step in case.kind.steps(case.path):
            before = case.kind.image(case.writer(), case.path)
            try:
                receipts = list(case.kind.do(case.writer(), case.path, step.verb, before or {}, datetime.now(UTC)))
            except HandoffError as error:
                pytest.fail(f"a repeated {step.verb} fails: {error}")
    assert not any(receipt.applied for receipt in receipts)
    assert case.probe() is Verdict.GONE
