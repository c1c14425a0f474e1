"""Planning over many paths of a provider, without a network: what is ours of the time, and how many calls the images would be.

    benchmarks/plan.py [PATHS]

The estate is in memory: bucket policies with four statements each, and role trusts. The images go through the same store as in `handoff plan`.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator

import _measure as measure

from handoff import registry
from handoff.engine import order, own
from handoff.engine import plan as engine
from handoff.engine.attribute import Attribution
from handoff.engine.plan import Found
from handoff.model import Json, Kind, KindId, Party, Scope, ScopeType
from handoff.wrap.cache import Cached, Store

PROVIDER = "222222222222"
SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
KINDS = ("aws.s3_bucket_policy", "aws.role_trust")


class Estate:
    """Half of the paths in policies of buckets, four to a bucket; half in trusts of roles, one to a role."""

    scope = SCOPE

    def __init__(self, paths: int) -> None:
        self.buckets, self.roles = paths // 8, paths // 2
        self.calls: Counter[str] = Counter()

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        self.calls[op] += 1
        if op == "s3:ListBuckets":
            yield from ({"Name": f"bucket-{number}"} for number in range(self.buckets))
        else:
            yield from ({"RoleDetailList": self._role(f"role-{number}")} for number in range(self.roles))

    def get(self, op: str, /, **params: object) -> Json | None:
        self.calls[op] += 1
        if op == "s3:GetBucketPolicy":
            statements = [_statement(f"user/u{number}", "s3:GetObject", f"arn:aws:s3:::{params['Bucket']}/{number}") for number in range(4)]
            return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}
        return {"Role": self._role(str(params["RoleName"]))} if op == "iam:GetRole" else None

    def _role(self, name: str) -> Json:
        trust = {"Version": "2012-10-17", "Statement": [{k: v for k, v in _statement("root", "sts:AssumeRole", "").items() if k != "Resource"}]}
        return {"RoleName": name, "RoleId": f"AROA{name}", "Arn": f"arn:aws:iam::{SCOPE.id}:role/{name}", "Path": "/", "AssumeRolePolicyDocument": trust}


def _statement(who: str, action: str, resource: str) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PROVIDER}:{who}"}, "Action": action, "Resource": resource}


def main(paths: int) -> None:
    kinds: dict[KindId, Kind] = {name: kind for name, kind in registry.kinds("aws").items() if name in KINDS}
    estate = Estate(paths)
    told = Attribution(party=Party.PROVIDER, why="told")
    found = [Found(path=path, attribution=told) for kind in kinds.values() for path in kind.discover(estate)]
    estate.calls.clear()
    seconds: dict[str, float] = {}
    with Store() as store:
        reader = Cached(estate, store)
        at = time.perf_counter()
        targets = engine.targets(found, own.recognise([], (one.path for one in found)), lambda path: kinds[path.kind].image(reader, path))
        seconds["images"] = time.perf_counter() - at
    at = time.perf_counter()
    ordered = order.arrange(targets, kinds)
    seconds["order"] = time.perf_counter() - at
    at = time.perf_counter()
    steps = order.actions(ordered.targets, kinds, lambda _: 1.0)
    seconds["actions"] = time.perf_counter() - at
    shown = {name: round(value, 2) for name, value in seconds.items()}
    facts = {"paths": len(found), "actions": len(steps), "calls": dict(estate.calls), "seconds": shown, "whole": round(sum(seconds.values()), 2)}
    print(json.dumps({"benchmark": "plan", **facts, "machine": measure.machine()}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
