"""Whose a use is: what comes from inside the client's is a workload, whoever's the credential; what nobody claims is never taken for nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from handoff import spec as specs
from handoff.engine.uses import Judge, Verdict, refuse
from handoff.errors import WorkloadInUse
from handoff.model import AccessPath, KindId, Use
from handoff.spec import Engagement
from tests.engine._simulator import SCOPE

BOOKS = Path(__file__).parents[2] / "engagements/harbor-books.yaml"
PATH = AccessPath(kind=KindId("aws.iam_access_key"), id="AKIA1", scope=SCOPE, holder="arn:x", allows="all")


def engagement(*, provider: tuple[str, ...] = ("203.0.113.0/24",), replaced: tuple[dict[str, str], ...] = ()) -> Engagement:
    body: dict[str, Any] = yaml.safe_load(BOOKS.read_text(encoding="utf-8"))
    body["parties"]["client"].setdefault("identities", {})["cidrs"] = ["198.51.100.0/24", "10.0.0.0/8"]
    body["parties"]["provider"]["identities"]["cidrs"] = list(provider)
    body["parties"]["provider"]["identities"].setdefault("aws", {})["accounts"] = ["222222222222"]
    body.setdefault("exit", {})["replaced"] = list(replaced)
    return Engagement.model_validate(body)


ESTATE = next(one.aws.account for one in specs.load(BOOKS).engagement.environments if one.aws)


def use(source: str, by: str = f"arn:aws:iam::{ESTATE}:user/ops") -> Use:
    return Use(at=datetime(2026, 11, 1, tzinfo=UTC), by=by, source=source, what="s3:PutObject", line="CloudTrail event 1")


@pytest.mark.parametrize(
    ("one", "verdict", "told"),
    [
        (use("203.0.113.9"), Verdict.PROVIDER, "is of the provider"),
        (use("198.51.100.4"), Verdict.WORKLOAD, "is of the client"),
        (use("10.3.2.1"), Verdict.WORKLOAD, "is of the client"),
        (use("lambda.amazonaws.com"), Verdict.WORKLOAD, "a service of the cloud"),
        (use(f"vpce-1@{ESTATE}"), Verdict.WORKLOAD, "a VPC endpoint of the estate"),
        (use("vpce-1@"), Verdict.WORKLOAD, "a VPC endpoint of the estate"),
        (use("vpce-1@222222222222"), Verdict.PROVIDER, "of account 222222222222"),
        (use("vpce-1@999999999999"), Verdict.UNKNOWN, "nobody known"),
        (use("192.0.2.1"), Verdict.UNKNOWN, "nobody claims the address 192.0.2.1"),
        (use(""), Verdict.UNKNOWN, "no source is logged"),
        (use("192.0.2.1", by="arn:aws:sts::222222222222:assumed-role/x/y"), Verdict.PROVIDER, "by arn"),
        (use("198.51.100.4", by="222222222222"), Verdict.WORKLOAD, "is of the client"),
    ],
)
def test_each_source(one: Use, verdict: Verdict, told: str) -> None:
    judged = Judge(engagement()).judge(one)
    assert judged.verdict is verdict
    assert told in judged.why


def test_without_addresses_of_the_providers_nothing_can_be_told_apart() -> None:
    judge = Judge(engagement(provider=()))
    assert judge.judge(use("192.0.2.1")).verdict is Verdict.UNTOLD
    assert judge.judge(use("198.51.100.4")).verdict is Verdict.WORKLOAD


def test_the_narrower_block_decides() -> None:
    judge = Judge(engagement(provider=("10.9.0.0/16",)))
    assert judge.judge(use("10.9.1.1")).verdict is Verdict.PROVIDER
    assert judge.judge(use("10.8.1.1")).verdict is Verdict.WORKLOAD


def test_a_workload_is_refused_with_its_line_and_the_provider_is_not() -> None:
    judge = Judge(engagement())
    refuse([(PATH, judge.judge(use("203.0.113.9")))])
    with pytest.raises(WorkloadInUse, match=r"AKIA1.*198\.51\.100\.4 is of the client: CloudTrail event 1") as refused:
        refuse([(PATH, judge.judge(use("203.0.113.9"))), (PATH, judge.judge(use("198.51.100.4")))])
    assert refused.value.exit_code == 7


def test_somebodys_word_that_it_was_moved() -> None:
    judge = Judge(engagement(replaced=({"kind": "aws.*", "id": "AKIA?", "reason": "moved to a role", "decided_by": "Ada"},)))
    assert judge.is_replaced("aws.iam_access_key", "AKIA1")
    assert not judge.is_replaced("aws.iam_access_key", "AKIA22")
