from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handoff import spec as specs
from handoff.documents._contract import Resource, Source
from handoff.evidence.facts import SweepRecord


def line(party: str, id_: str, **more: str) -> dict[str, Any]:
    head = {"party": party, "kind": "aws.iam_access_key", "id": id_, "scope": "aws:111111111111", "cloud": "aws"}
    return head | {"holder": f"user/{id_}", "allows": "signs requests", "why": "named"} | more


def record(*lines: dict[str, Any], read: str = "complete") -> SweepRecord:
    coverage = {
        "kind": "aws.iam_access_key",
        "scope": "aws:111111111111",
        "read": read,
        "found": len(lines),
        "reason": None if read == "complete" else "AccessDenied",
    }
    return SweepRecord(paths={one["id"]: one for one in lines}, coverage={(coverage["kind"], coverage["scope"]): coverage})  # type: ignore[dict-item]


@pytest.fixture
def source() -> Callable[..., Source]:
    def make(**more: Any) -> Source:
        facts: dict[str, Any] = {
            "engagement": specs.load(Path(__file__).parents[2] / "engagements/acme-health.yaml").engagement,
            "resources": None,
            "before": record(line("provider", "AKIAOPS"), line("provider", "AKIATWO"), line("client", "AKIACLIENT")),
            "after": record(line("client", "AKIACLIENT"), line("client", "AKIANEW")),
        }
        return Source(**(facts | more))

    return make


@pytest.fixture
def sweep() -> Callable[..., SweepRecord]:
    def make(*ids: tuple[str, str], read: str = "complete", **more: str) -> SweepRecord:
        return record(*(line(party, id_, **more) for party, id_ in ids), read=read)

    return make


@pytest.fixture
def resource() -> Callable[..., Resource]:
    def make(type_: str = "aws:s3/bucketV2:BucketV2", name: str = "records", **more: Any) -> Resource:
        facts: dict[str, Any] = {"inputs": {}, "outputs": {}, "id": f"id-of-{name}"} | more
        return Resource(urn=f"urn:pulumi:prod::acme::{type_}::{name}", type=type_, **facts)

    return make
