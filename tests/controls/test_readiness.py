from __future__ import annotations

import importlib.util
import json
import re
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path

import pytest

from handoff.controls import build, catalogue, evaluate, readiness
from handoff.controls.context import Context
from handoff.controls.evaluate import Report
from handoff.controls.model import Category, Control, Result, Verdict, Waived
from handoff.controls.resource import UNKNOWN, Resource, Stack
from handoff.spec import load

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
TODAY = date(2026, 11, 22)
BUCKET, DATABASE, KEY = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance", "aws:iam/accessKey:AccessKey"
WAIVED = Waived(reason="r", owner="o", approver="a", compensating="", expires="2027-01-31")


@pytest.fixture(scope="module")
def context() -> Context:
    return build.context(load(ROOT / "engagements" / "acme-health.yaml", today=TODAY), "prod", today=TODAY)


@pytest.fixture(scope="module")
def controls() -> tuple[Control, ...]:
    return catalogue.load_pack(ROOT / "policies" / "exit_readiness").controls


def control(name: str, category: Category = Category.EXIT) -> Control:
    return Control(id=name, title="t", why="w.", fix="f.", source="s", category=category, reads={BUCKET: ()}, evaluate=lambda resource, context: iter(()))


def said(name: str, verdict: Verdict, urn: str = "urn:a", *, waived: Waived | None = None, category: Category = Category.EXIT) -> Result:
    return Result(control=control(name, category), verdict=verdict, urn=urn, type=BUCKET, message="m", path="p", waived=waived)


def resource(type_token: str, name: str = "it", **inputs: object) -> Resource:
    return Resource(urn=f"urn:pulumi:s::handoff::{type_token}::{name}", type=type_token, name=name, inputs=inputs)


def of(context: Context, *results: Result, stack: Stack | None = None) -> readiness.Readiness:
    return readiness.assess(Report(results=results), stack or Stack(()), context)


def test_all_that_passes_is_a_hundred(context: Context) -> None:
    found = of(context, said("exit-access-kind", Verdict.PASS), said("exit-state-backend", Verdict.PASS, ""))
    assert (found.score, found.blockers, found.unsure) == (100, (), 0)


def test_the_score_is_the_mean_of_the_shares_rounded_down(context: Context) -> None:
    results = [said("exit-access-kind", Verdict.PASS, f"urn:{number}") for number in range(2)]
    found = of(context, *results, said("exit-access-kind", Verdict.FAIL, "urn:x"), said("exit-state-backend", Verdict.PASS, ""))
    assert [one.share for one in found.shares if one.judged] == [pytest.approx(2 / 3), 1]
    assert found.score == 83


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR])
def test_one_bad_one_among_thousands_is_never_a_hundred(context: Context, verdict: Verdict) -> None:
    results = [said("exit-access-kind", Verdict.PASS, f"urn:{number}") for number in range(3000)]
    assert of(context, *results).score == 100
    assert of(context, *results, said("exit-access-kind", verdict, "urn:x")).score == 99


@pytest.mark.parametrize(("verdict", "unsure"), [(Verdict.UNKNOWN, 1), (Verdict.ERROR, 1), (Verdict.FAIL, 0)])
def test_what_is_not_known_is_not_ready_and_says_so(context: Context, verdict: Verdict, unsure: int) -> None:
    found = of(context, said("exit-keys-client", verdict))
    assert (found.score, found.unsure) == (0, unsure)
    assert any("nothing is known" in line for line in readiness.lines(found)) is bool(unsure)


def test_a_pair_with_two_findings_counts_once(context: Context) -> None:
    found = of(context, said("exit-access-kind", Verdict.FAIL), said("exit-access-kind", Verdict.UNKNOWN), said("exit-access-kind", Verdict.PASS, "urn:b"))
    (share,) = [one for one in found.shares if one.judged]
    assert (share.ready, share.judged, share.unsure) == (1, 2, 0)
    assert len(found.blockers) == 2


def test_a_waiver_makes_nobody_ready_and_is_shown(context: Context) -> None:
    found = of(context, said("exit-long-lived", Verdict.FAIL, waived=WAIVED), said("exit-long-lived", Verdict.PASS, "urn:b"))
    assert found.score == 50
    assert [one.waived_until for one in found.blockers] == ["2027-01-31"]
    assert any("1 more that a waiver accepts" in line for line in readiness.lines(found))


def test_nothing_judged_is_nothing_shown(context: Context) -> None:
    assert of(context).score == 0
    assert of(context, said("exit-keys-client", Verdict.NOT_APPLICABLE)).score == 0
    assert of(context, said("aws-s3-tls", Verdict.PASS, category=Category.BASELINE)).score == 0


def test_the_rest_of_the_catalogue_does_not_count(context: Context) -> None:
    found = of(context, said("exit-keys-client", Verdict.PASS), said("aws-s3-tls", Verdict.FAIL, category=Category.BASELINE), said("waiver", Verdict.FAIL, ""))
    assert (found.score, found.blockers) == (100, ())


def test_an_exit_control_of_no_dimension_is_not_lost(context: Context) -> None:
    found = of(context, said("exit-brand-new", Verdict.FAIL), said("exit-keys-client", Verdict.PASS))
    assert found.score == 50
    assert [one.name for one in found.shares if one.judged] == ["keys", "other"]


def test_the_worst_blocker_comes_first(context: Context) -> None:
    results = [said("exit-keys-client", Verdict.FAIL, waived=WAIVED), said("exit-access-kind", Verdict.UNKNOWN), said("exit-store-export", Verdict.FAIL)]
    assert [one.verdict for one in of(context, *results).blockers] == ["fail", "unknown", "fail"]
    assert of(context, *results).blockers[0].control == "exit-store-export"


def stores(*made: Resource) -> tuple[Stack, list[Result]]:
    return Stack(made), [said(readiness.STORE_CONTROL, Verdict.PASS, one.urn) for one in made]


def test_sizes_come_from_the_spec_or_from_what_is_ordered(context: Context) -> None:
    stack, results = stores(resource(BUCKET, "records"), resource(DATABASE, "shop", allocatedStorage=100))
    estimate = of(context, *results, stack=stack).estimate
    assert [one.gigabytes for one in estimate.stores] == [400, pytest.approx(107.3741824)]
    assert estimate.known_hours == pytest.approx(507.3741824 * 1000 / 50 / 3600)


@pytest.mark.parametrize("value", [None, UNKNOWN, "many", [], {}, -5, 0, True, float("nan"), float("inf")])
def test_an_unknown_size_is_listed_and_never_nothing(context: Context, value: object) -> None:
    stack, results = stores(resource(DATABASE, "shop", allocatedStorage=value))
    found = of(context, *results, stack=stack)
    assert found.estimate.stores[0].gigabytes is None
    assert found.estimate.unknown == (stack.resources[0].urn,)
    assert "Not known is the size" in readiness.lines(found)[-1] or "not known is the size" in readiness.lines(found)[-1]
    assert len(readiness.record(found)["return"]["unknown_size"]) == 1  # type: ignore[index]


def test_the_rate_is_an_assumption_that_can_be_changed(context: Context) -> None:
    stack, results = stores(resource(DATABASE, "shop", allocatedStorage=1000))
    slow, fast = (readiness.assess(Report(results=tuple(results)), stack, context, throughput_mb_s=rate).estimate for rate in (10, 100))
    assert slow.known_hours == pytest.approx(10 * fast.known_hours)
    assert "assuming 10 MB/s" in slow.assumption
    with pytest.raises(ValueError, match="above nothing"):
        readiness.assess(Report(results=()), stack, context, throughput_mb_s=0)


def test_the_record_is_json_and_frozen(context: Context) -> None:
    found = of(context, said("exit-keys-client", Verdict.FAIL))
    read = json.loads(json.dumps(readiness.record(found)))
    assert (read["type"], read["score"], read["blockers"][0]["control"]) == ("readiness", 0, "exit-keys-client")
    with pytest.raises(FrozenInstanceError):
        found.score = 100  # type: ignore[misc]


def test_markdown_cannot_be_broken_out_of(context: Context) -> None:
    nasty = replace(said("exit-keys-client", Verdict.FAIL), message="a | b\n<script>&")
    (row,) = [line for line in readiness.markdown(of(context, nasty)) if line.startswith("| `exit-keys-client`")]
    assert "a \\| b &lt;script>&amp;" in row
    assert readiness.markdown(of(context, nasty))[0] == "## Exit readiness: 0 of 100"


def test_every_control_of_the_pack_has_a_dimension(controls: tuple[Control, ...]) -> None:
    assert {one.id for one in controls} == {one for ids in readiness.DIMENSIONS.values() for one in ids}


def test_sizes_are_read_from_stores_that_there_are(controls: tuple[Control, ...]) -> None:
    from tests.policies import sdk

    (export,) = [one for one in controls if one.id == readiness.STORE_CONTROL]
    assert not [fault for token, (path, _) in readiness.SIZES.items() if (fault := sdk.fault(token, path))]
    assert set(readiness.SIZES) <= export.types


def test_a_stack_is_judged_by_the_pack_itself(context: Context, controls: tuple[Control, ...]) -> None:
    good = [resource(BUCKET, "records", tags={"data-class": "none"})]
    bad = [*good, resource(KEY, "ci", user="nimbus-ci"), resource(DATABASE, "shop", allocatedStorage=20, tags={"data-class": "phi"})]
    scores = []
    for made in (good, bad):
        stack = Stack(made)
        scores.append(readiness.assess(evaluate.judge(controls, context, stack, stack_name="s"), stack, context))
    assert scores[0].score == 100
    # access 2 of 2, grants 3 of 5, stores 2 of 4, keys 2 of 2, state 1 of 1
    assert [(one.ready, one.judged) for one in scores[1].shares] == [(2, 2), (3, 5), (2, 4), (2, 2), (1, 1)]
    assert scores[1].score == 82
    assert {one.control for one in scores[1].blockers} == {"exit-grant-expires", "exit-long-lived", "exit-store-export", "exit-store-destruction"}


def test_every_binding_type_of_google_is_looked_at(controls: tuple[Control, ...]) -> None:
    found = importlib.util.find_spec("pulumi_gcp")
    assert found is not None
    assert found.origin is not None
    token = re.compile(r"'(gcp:\w+/(?!get)\w*[iI][aA][mM](?:Member|Binding|Policy):\w+)'")
    names = Path(found.origin).parent.glob("*/*_iam_*.py"), Path(found.origin).parent.glob("*/iam_*.py")
    there = {match[1] for files in names for path in files for match in token.finditer(path.read_text(encoding="utf-8"))}
    (kind,) = [one for one in controls if one.id == "exit-access-kind"]
    assert len(there) > 400
    assert there - kind.types == set()
