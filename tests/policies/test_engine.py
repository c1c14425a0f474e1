"""What a pack does with the engine when there is no spec, or none that holds; what the three ways share is in `test_conformance.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.lab.engine import find
from tests.policies import corpus, merged, ways

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find.find() is None, reason="no engine on this machine yet: `handoff lab up` makes one")]


def bucket() -> dict[str, object]:
    row = {"type": "aws:s3/bucket:Bucket", "inputs": {"bucket": "it"}}
    return merged.merge([corpus.Case(file="", control="", case="", expect="pass", path="", says="", spec={}, rows=(row,))]).state()


def test_without_a_spec_nothing_goes_through(tmp_path: Path) -> None:
    events = ways.analyzed(bucket(), tmp_path, HANDOFF_SPEC="", HANDOFF_ENVIRONMENT="")
    said = {(one["policyPackName"], one["policyName"], one["enforcementLevel"]) for one in events}
    assert said == {(pack, "engagement-spec", "mandatory") for pack in ways.NAMES}
    assert "handoff:spec" in str(events[0]["message"])


def test_a_spec_that_does_not_hold_lets_nothing_through(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("apiVersion: handoff/v1\n", encoding="utf-8")
    events = ways.analyzed(bucket(), tmp_path, HANDOFF_SPEC=str(broken), HANDOFF_ENVIRONMENT="prod")
    assert {one["policyName"] for one in events} == {"engagement-spec"}
    assert "broken.yaml:1: kind: missing" in str(events[0]["message"])
