"""A thousand drawn estates, the real kinds, and everything that can go wrong on the way: nobody of the client's is locked out, nothing of the provider's is left."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handoff.engine import order, own
from handoff.engine import plan as planning
from handoff.engine.apply import Executor
from handoff.engine.images import digest
from handoff.engine.lockout import Administrator
from handoff.engine.loops import Looper, loops
from handoff.engine.plan import Found, Plan
from handoff.engine.rollback import roll_back
from handoff.engine.standing import State
from handoff.errors import CloudError, LockOut, RollbackIncomplete
from handoff.iam import document
from handoff.model import Kind, Party, Scope, Verb
from handoff.powers import Fencing
from handoff.runs import _aws_account
from handoff.runs.aftermath import ACTIONS, AwsAftermath, of_account
from tests.engine._aws import ACCOUNT, GLOBAL, LOST, REGIONAL, THROTTLED, arn
from tests.engine._estates import KINDS, Estate, draw, found, regrow
from tests.engine._simulator import START, Died, Fuse, MemoryJournal

ESTATES, BATCHES, QUICK = 1000, 20, 2
ADMINISTRATORS = tuple(
    Administrator(cloud="aws", principal=principal, break_glass=principal.endswith("glass"), signed_in={str(GLOBAL): "ok"})
    for principal in (arn("user", "ada"), arn("user", "bea"), arn("role", "admin"), arn("user", "glass"))
)
COUNTS: Counter[str] = Counter()
MOST_STARTS = 200


def plan_of(estate: Estate, seen: list[Found]) -> Plan:
    """As runs/planning makes it, with every check. Raises LockOut."""

    def image(path: Any) -> Any:
        return KINDS[path.kind].image(estate.connection(path.scope), path)

    targets = planning.targets(seen, own.recognise([estate.operator], [one.path for one in seen if one.attribution.party is Party.PROVIDER]), image)
    ordered = order.arrange([one for one in targets if not one.own], KINDS)
    last = order.arrange([one for one in targets if one.own], KINDS)
    steps, own_steps = order.actions(ordered.targets, KINDS, lambda kind: 1), order.actions(last.targets, KINDS, lambda kind: 1, prefix="o")
    planning.refuse_if_unsafe(targets, steps, ADMINISTRATORS, [GLOBAL], max_changes=None)
    by_key = {one.path.key: one for one in targets}
    aftermath = of_account(ACCOUNT, GLOBAL, estate.connection, KINDS, datetime.now(UTC))
    lost = list(aftermath.losses(ADMINISTRATORS, [(step, by_key[step.path]) for step in (*steps, *own_steps)]))
    if lost:
        raise LockOut(str(lost))
    return Plan(
        engagement="drawn", spec="sha256:0", spec_file="x", sweep="sha256:1", made_at=START, operator={"aws": estate.operator}, endpoints=("memory:",), lab=True,
        soak_s=0, coverage_complete=True, administrators=ADMINISTRATORS, targets=targets, actions=steps, own_actions=own_steps,
        loops=loops(targets, KINDS, lambda kind: 1), cycles=ordered.cycles, kept={},
    )  # fmt: skip


class Run:
    """One run of one plan on one estate, taken up again after every death and every failure."""

    def __init__(self, estate: Estate, plan: Plan, *, rng: random.Random | None = None) -> None:
        self.estate, self.plan, self.rng, self.journal, self.deaths = estate, plan, rng, MemoryJournal(), 0

    def executor(self) -> Executor:
        return Executor(plan=self.plan, run="run-1", kinds=KINDS, open_writer=self.estate.connection, journal=self.journal, now=self.journal.clock)

    def apply(self, *verbs: Verb) -> None:
        def once() -> None:
            executor = self.executor()
            executor.refuse_if_moved()
            looper = Looper(
                executor=executor, own=own.recognise([self.estate.operator], [one.path for one in self.plan.targets]), look=self.look, sleep=lambda _: None
            )
            for verb in verbs:
                list(executor.stage(verb))
                list(looper.run(verb))

        self.again_and_again(once)

    def look(self, kind: Kind, scope: Scope) -> Iterator[Found]:
        theirs = {own.normal(one.path.holder) for one in self.plan.targets}
        for one in found(self.estate, only=kind):
            is_known = own.normal(one.path.holder) in theirs and one.attribution.party is Party.CLIENT
            yield Found(path=one.path, attribution=replace(one.attribution, party=Party.PROVIDER)) if is_known else one

    def again_and_again(self, work: Callable[[], None]) -> None:
        for start in range(MOST_STARTS):
            self.arm(start)
            try:
                work()
            except (Died, CloudError, RollbackIncomplete):
                self.deaths += 1
                continue
            finally:
                self.estate.cloud.fuse = self.journal.fuse = Fuse()
                self.estate.cloud.faulty = lambda op: None
            return
        raise AssertionError("no headway")

    def arm(self, start: int) -> None:
        """A death at a drawn instant, or throttling and lost answers here and there; nothing once it has had its share."""
        if self.rng is None or start > 6:
            return
        fuse = Fuse(at=self.rng.randint(1, 25)) if self.rng.random() < 0.7 else Fuse()
        self.estate.cloud.fuse = self.journal.fuse = fuse
        rng = self.rng
        self.estate.cloud.faulty = lambda op: (LOST if op.endswith("answer") else THROTTLED) if rng.random() < 0.1 else None


def rights(estate: Estate, *, exact: bool = False) -> str:
    """The account's rights without the moments of cuts: to the letter, or as policies mean, principal by principal in any order."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        if isinstance(value, str) and value.startswith("{"):
            body = json.loads(value)
            return body if exact else {**body, "Statement": sorted(json.dumps(one, sort_keys=True) for one in _each(body["Statement"]))}
        return value

    text = json.dumps([plain(one) for one in estate.cloud.state()], sort_keys=True)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "MOMENT", text)


def _each(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One statement for each principal, each once: two like statements mean the same as one."""
    found = []
    for one in statements:
        named = one.get("Principal")
        pairs = (
            [(type_, name) for type_, names in named.items() for name in ([names] if isinstance(names, str) else names)]
            if isinstance(named, dict)
            else [("AWS", named)]
        )
        found += [{**one, "Principal": pair} for pair in pairs]
    return list({json.dumps(one, sort_keys=True): one for one in found}.values())


def untouched(seen: list[Found], estate: Estate) -> dict[str, str]:
    return {
        one.path.key: digest(KINDS[one.path.kind].image(estate.connection(one.path.scope), one.path))
        for one in seen
        if one.attribution.party is not Party.PROVIDER
    }


def may(estate: Estate) -> dict[tuple[str, str], bool]:
    """What each administrator may do now, evaluated from the account itself and not from the plan."""
    aftermath = AwsAftermath(account=ACCOUNT, rights=_aws_account.read(estate.connection(GLOBAL)), reader=estate.connection, kinds=KINDS, at=START)
    can: dict[tuple[str, str], bool] = {}
    for one in ADMINISTRATORS:
        who = aftermath.rights.identity(one.principal)
        assert who is not None
        for action in ACTIONS:
            can[one.principal, action] = aftermath._may(one, who, action, aftermath._on(action, who), None)
        for key, body in estate.cloud.keys.items():
            can[one.principal, f"kms:PutKeyPolicy {key}"] = aftermath._may(one, who, "kms:PutKeyPolicy", key, document.parse(body["policy"], where=key))
        for name, text in estate.cloud.buckets.items():
            policy = document.parse(text, where=name) if text else None
            can[one.principal, f"s3:PutBucketPolicy {name}"] = aftermath._may(one, who, "s3:PutBucketPolicy", f"arn:aws:s3:::{name}", policy)
        for key_id, status in estate.cloud.users.get(one.principal.rsplit("/", 1)[1], {"keys": {}})["keys"].items():
            can[one.principal, key_id] = status == "Active"
    trust = document.parse(estate.cloud.roles["admin"]["trust"], where="admin")
    can[arn("role", "admin"), "entered"] = any("root" in named.value for one in trust.statements for named in one.principals or () if one.effect == "Allow")
    return can


def respects_mints(plan: Plan) -> None:
    """In each stage, whoever could open a kind goes before all of that kind, unless a cycle was told."""
    if plan.cycles:
        COUNTS["with cycles"] += 1
        return
    paths = {one.path.key: one.path for one in plan.targets}
    for verb in (Verb.DISABLE, Verb.DELETE):
        steps = [paths[one.path] for one in plan.actions if one.verb is verb]
        for at, path in enumerate(steps):
            for earlier in steps[:at]:
                kind = KINDS[earlier.kind]
                assert not (isinstance(kind, Fencing) and kind.fences & set(path.mints)), f"{path.key} could open {earlier.key} again"


def providers(estate: Estate, plan: Plan) -> list[str]:
    mine = {one.path.key for one in plan.targets if one.own}
    return [one.path.key for one in found(estate) if one.attribution.party is Party.PROVIDER and one.path.key not in mine]


def check(seed: int) -> None:
    estate = draw(seed)
    seen = found(estate)
    start, exact, before, bystanders = rights(estate), rights(estate, exact=True), may(estate), untouched(seen, estate)
    try:
        plan = plan_of(estate, seen)
    except LockOut:
        COUNTS["refused: lock-out"] += 1
        assert rights(estate) == start
        return
    COUNTS["estates"] += 1
    COUNTS["paths"] += len(plan.targets)
    COUNTS["own paths"] += len(plan.own_actions) > 0
    respects_mints(plan)

    whole = Run(estate, plan)
    regrow(estate)
    whole.apply(Verb.DISABLE, Verb.DELETE)
    COUNTS["found by loops"] += sum(type_ == "loop.found" for type_, _, _, _ in whole.journal.kept)
    assert providers(estate, plan) == []
    assert untouched(seen, estate) == bystanders
    after = may(estate)
    assert {key for key, can in before.items() if can and not after[key]} == set()

    other = draw(seed)
    faulty = Run(other, plan_of(other, found(other)), rng=random.Random(seed))  # noqa: S311 not for secrecy
    regrow(other)
    faulty.apply(Verb.DISABLE, Verb.DELETE)
    COUNTS["deaths and failures"] += faulty.deaths
    assert rights(other) == rights(estate)
    told = faulty.executor().standings()
    assert all(told.state(job) is State.DONE for job in told.jobs if not job.action.id.startswith("o"))

    third = draw(seed)
    back = Run(third, plan_of(third, found(third)), rng=random.Random(seed + 1))  # noqa: S311 not for secrecy
    back.apply(Verb.DISABLE)
    COUNTS["changed before rollback"] += rights(third) != start
    back.again_and_again(lambda: list(roll_back(back.executor())) and None)
    COUNTS["deaths and failures"] += back.deaths
    assert rights(third) == start
    if not any(type_ == "rollback.failed" for type_, _, _, _ in back.journal.kept):
        # Newest first and none left out: then every document is again what it was, to the letter.
        COUNTS["restored to the letter"] += 1
        assert rights(third, exact=True) == exact
    assert list(roll_back(back.executor())) == []


@pytest.mark.parametrize("batch", [*range(QUICK), *(pytest.param(batch, marks=pytest.mark.slow) for batch in range(QUICK, BATCHES))])
def test_drawn_estates(batch: int, record_property: Callable[[str, object], None]) -> None:
    size = ESTATES // BATCHES
    for seed in range(batch * size, (batch + 1) * size):
        try:
            check(seed)
        except Exception as error:
            error.add_note(f"estate of seed {seed}")
            raise
    for name, count in sorted(COUNTS.items()):
        record_property(name, count)
    print(f"batch {batch}: {dict(sorted(COUNTS.items()))}")
    assert COUNTS["paths"] > size, "positive control: there was something to cut"
    assert COUNTS["deaths and failures"] > size
    assert COUNTS["changed before rollback"] > size / 2
    assert REGIONAL.region
