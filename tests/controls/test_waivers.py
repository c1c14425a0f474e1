from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from handoff.controls.evaluate import WAIVER
from handoff.controls.reports._words import excuse
from handoff.controls.waivers import Waivers
from handoff.spec import Waiver

TODAY = date(2026, 11, 22)
URN = "urn:pulumi:dev::handoff::aws:s3/bucket:Bucket::logs"
KNOWN = frozenset({"aws-s3-encryption", "aws-s3-transport", "gcp-storage-public"})


def waiver(**changes: Any) -> Waiver:
    given = {"control": "aws-s3-encryption", "resource": "logs", "reason": "moved", "owner": "ann", "approver": "bob", "expires": TODAY + timedelta(days=10)}
    return Waiver.model_validate(given | changes)


def waivers(*given: Waiver, mine: frozenset[str] = KNOWN) -> Waivers:
    return Waivers(given, today=TODAY, mine=mine, known=KNOWN)


@pytest.mark.parametrize("pattern", ["logs", "lo*", "*", URN, "urn:pulumi:*::logs"])
def test_a_pattern_matches_name_or_urn(pattern: str) -> None:
    assert waivers(waiver(resource=pattern)).match("aws-s3-encryption", URN, "logs") is not None


@pytest.mark.parametrize(("control", "pattern"), [("aws-s3-transport", "logs"), ("aws-s3-encryption", "log"), ("aws-s3-encryption", "Logs")])
def test_anything_else_is_not_excused(control: str, pattern: str) -> None:
    assert waivers(waiver(control=control, resource=pattern)).match("aws-s3-encryption", URN, "logs") is None


def test_a_waiver_holds_through_its_last_day() -> None:
    assert waivers(waiver(expires=TODAY)).match("aws-s3-encryption", URN, "logs") is not None
    late = waivers(waiver(expires=TODAY - timedelta(days=1)))
    assert late.match("aws-s3-encryption", URN, "logs") is None
    (fault,) = late.faults(WAIVER, "dev")
    assert "expired on 2026-11-21" in fault.message
    assert fault.path == "waivers[0]"


def test_the_second_waiver_counts_where_the_first_has_expired() -> None:
    both = waivers(waiver(expires=TODAY - timedelta(days=1)), waiver(reason="moved later"))
    found = both.match("aws-s3-encryption", URN, "logs")
    assert found is not None
    assert found.reason == "moved later"
    assert [one.path for one in both.faults(WAIVER, "dev")] == ["waivers[0]"]


def test_a_used_waiver_is_no_fault_and_an_unused_one_is() -> None:
    run = waivers(waiver())
    (fault,) = run.faults(WAIVER, "dev")
    assert "excuses nothing" in fault.message
    assert run.match("aws-s3-encryption", URN, "logs") is not None
    assert run.faults(WAIVER, "dev") == []


def test_another_stacks_waiver_is_left_alone() -> None:
    assert waivers(waiver(resource="urn:pulumi:prod::handoff::*")).faults(WAIVER, "dev") == []
    assert len(waivers(waiver(resource="urn:pulumi:d*::handoff::*")).faults(WAIVER, "dev")) == 1


@pytest.mark.parametrize(
    ("control", "says"),
    [
        ("aws-s3-encyption", "did you mean aws-s3-encryption?"),
        ("gcp-storage-publik", "did you mean gcp-storage-public?"),
        ("zzz", "names no control that exists"),
    ],
)
def test_an_unknown_control_is_a_fault_with_the_nearest_name(control: str, says: str) -> None:
    (fault,) = waivers(waiver(control=control)).faults(WAIVER, "dev")
    assert fault.message.endswith(says)


def test_another_packs_control_is_that_packs_affair() -> None:
    assert waivers(waiver(control="gcp-storage-public"), mine=frozenset({"aws-s3-encryption"})).faults(WAIVER, "dev") == []


def test_a_waiver_in_words_names_everybody_and_what_is_done_instead() -> None:
    found = waivers(waiver(compensating="read only")).match("aws-s3-encryption", URN, "logs")
    assert found is not None
    assert excuse(found) == "waived until 2026-12-02 by ann, approved by bob: moved; instead: read only"
    bare = waivers(waiver()).match("aws-s3-encryption", URN, "logs")
    assert bare is not None
    assert excuse(bare) == "waived until 2026-12-02 by ann, approved by bob: moved"
