"""Planning 10,000 paths, in memory and so without the cloud's own time: images, order, aftermath, digest. Needs no lab."""

from __future__ import annotations

import json
import resource
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

import _measure as measure

from handoff import registry
from handoff.engine import order, own
from handoff.engine import plan as planning
from handoff.engine.attribute import Attribution
from handoff.engine.loops import loops
from handoff.engine.plan import Found, Plan
from handoff.model import Json, Party
from handoff.runs.aftermath import of_account
from handoff.runs.imaging import Once
from tests.engine._aws import ACCOUNT, ALL, GLOBAL, REGION, REGIONAL, Aws, Cloud, arn
from tests.engine._simulator import START, admin

PATHS = 10_000
PER_BUCKET = 20
KINDS = registry.kinds("aws")
NAMES = ("iam_access_key", "login_profile", "role_trust", "s3_bucket_policy", "kms_key_policy", "sqs_queue_policy")


class Counted:
    """A reader that counts its calls."""

    def __init__(self, reader: Aws, calls: Counter[str]) -> None:
        self._reader, self._calls, self._lock = reader, calls, threading.Lock()
        self.scope = reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        with self._lock:
            self._calls[op] += 1
        return self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        with self._lock:
            self._calls[op] += 1
        return self._reader.get(op, **params)


def estate() -> Cloud:
    """2,000 keys of 1,000 users, 1,000 trusts, and 7,000 principals in 350 buckets, keys and queues."""
    cloud = Cloud()
    for name in ("ada", "bea"):
        cloud.user(name, may=ALL, tags={"handoff:party": "client"})
    for number in range(1000):
        cloud.user(f"u{number}", keys=2)
        cloud.role(f"r{number}", {"AWS": f"arn:aws:iam::222222222222:role/x{number}"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    for number in range(350):
        named = [f"arn:aws:iam::222222222222:role/x{number}-{at}" for at in range(PER_BUCKET)]
        theirs = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "*", "Resource": "*"}
        ours = {"Sid": "root", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "*", "Resource": "*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [theirs, ours]})
        if number % 3 == 0:
            cloud.buckets[f"b{number}"] = text
        elif number % 3 == 1:
            cloud.keys[f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k{number}"] = {"policy": text, "grants": {}}
        else:
            cloud.queues[f"https://sqs/{ACCOUNT}/q{number}"] = text
    return cloud


def main() -> None:
    """Print how long each part takes."""
    cloud, calls, figures = estate(), Counter[str](), {}
    found = [
        Found(path=path, attribution=Attribution(party=Party.PROVIDER, why="told"))
        for name in NAMES
        for kind in [KINDS[f"aws.{name}"]]  # type: ignore[index]
        for path in kind.discover(Aws(cloud, GLOBAL if kind.scope_type == "aws.account" else REGIONAL))
        if ":root" not in path.holder
    ]
    began, started = perf_counter(), process_time()
    at = started

    def lap(name: str) -> None:
        nonlocal at
        figures[name], at = process_time() - at, process_time()

    readers = {scope: Once(Counted(Aws(cloud, scope), calls)) for scope in (GLOBAL, REGIONAL)}
    mine = own.recognise([arn("user", "ada")], [one.path for one in found])
    targets = planning.targets(found, mine, lambda path: KINDS[path.kind].image(readers[path.scope], path))
    lap("images")
    ordered = order.arrange(targets, KINDS)
    steps = order.actions(ordered.targets, KINDS, lambda kind: kind.lag.settle_s)
    lap("order")
    by_key = {one.path.key: one for one in targets}
    aftermath = of_account(ACCOUNT, GLOBAL, readers.__getitem__, KINDS, datetime.now(UTC))
    losses = list(aftermath.losses([admin(arn("user", name)) for name in ("ada", "bea")], [(step, by_key[step.path]) for step in steps]))
    lap("aftermath")
    plan = Plan(
        engagement="bench", spec="", spec_file="", sweep="", made_at=START, operator={}, endpoints=(), lab=True, soak_s=0, coverage_complete=True,
        administrators=(), targets=targets, actions=steps, loops=loops(targets, KINDS, lambda kind: 1), cycles=ordered.cycles, kept={},
    )  # fmt: skip
    size = len(plan.document())
    lap("document and digest")
    figures["in all"] = process_time() - started
    print(f"{perf_counter() - began:.1f} s by the wall clock; below, processor time, which a busy machine does not change")
    measure.report("planning", figures, against="in all")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(targets)} paths, {len(steps)} actions, {len(losses)} losses, plan of {size / 1e6:.1f} MB, peak {memory:.0f} MB")
    print(f"{calls.total()} reads for {len(targets)} images and {len(steps)} evaluated steps: {dict(calls)}")


if __name__ == "__main__":
    main()
