"""The engine and the offline judge say the same of the same resources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.controls import build, catalogue, evaluate, state
from handoff.controls.model import Verdict
from handoff.lab.engine import find
from handoff.spec import load
from tests.policies.cases import CASES, Made, bucket, write

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "engagements" / "acme-health.yaml"
PACKS = ("residency", "baseline", "exit_readiness")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find.find() is None, reason="no engine on this machine yet: `handoff lab up` makes one")]


def everything() -> tuple[Made, ...]:
    """The resources of all cases in one stack, each under a name of its own."""
    found: list[Made] = []
    for number, case in enumerate(CASES):
        own = {one.name for one in case.resources}
        providers = {one.name for one in case.resources if one.type.startswith("pulumi:providers:")}
        for at, one in enumerate(case.resources):
            links = {name: f"{target}-{number}" for name, target in one.links.items()}
            provider = f"{one.provider}-{number}" if one.provider in providers else one.provider
            twins = sum(two.name == one.name and two.type == one.type for two in case.resources[:at])
            assert not twins
            assert one.name in own
            found.append(replace(one, name=f"{one.name}-{number}", links=links, provider=provider))
    return tuple(found)


def analyze(file: Path, folder: Path, *, expect_violations: bool = True, **variables: str) -> list[Mapping[str, object]]:
    """The policy events of the engine."""
    engine = find.find()
    assert engine is not None
    env = {
        **os.environ,
        "PATH": f"{engine.pulumi.parent}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    env |= {"HANDOFF_PYTHON": sys.executable, "PULUMI_BACKEND_URL": f"file://{folder}", **variables}
    packs = [part for one in PACKS for part in ("--policy-pack", str(ROOT / "policies" / one))]
    done = subprocess.run(
        [str(engine.pulumi), "policy", "analyze", "--file", str(file), *packs, "--json"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert any("summaryEvent" in one for one in events), done.stderr
    assert (done.returncode != 0) is expect_violations, done.stderr
    return [one["policyEvent"] for one in events if "policyEvent" in one]


def test_the_engine_and_the_offline_judge_agree_on_every_case(tmp_path: Path) -> None:
    file = write(tmp_path / "state.json", everything())
    events = analyze(file, tmp_path, HANDOFF_SPEC=str(SPEC), HANDOFF_ENVIRONMENT="prod")
    root = "urn:pulumi:cases::handoff::pulumi:pulumi:Stack::handoff-cases"
    engine = {
        (one["policyName"], "" if one["resourceUrn"] == root else one["resourceUrn"], str(one["message"]).split("\n", 1)[0], one["enforcementLevel"])
        for one in events
    }
    read = state.from_state(file)
    controls = [control for pack in catalogue.load(ROOT / "policies") for control in pack.controls]
    context = build.context(load(SPEC), "prod", today=datetime.now(UTC).date())
    report = evaluate.judge(controls, context, read.stack, stack_name=read.stack_name)
    offline = {
        (
            one.control.id,
            one.urn,
            ("unknown: " if one.verdict is Verdict.UNKNOWN else "") + one.message + (f" ({one.path})" if one.path else ""),
            "mandatory" if evaluate.breaks(one) else "advisory",
        )
        for one in report.results
        if one.verdict in {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
    }
    assert len(offline) > 60
    assert {one[3] for one in offline} == {"mandatory", "advisory"}
    assert engine == offline


def test_without_a_spec_nothing_goes_through(tmp_path: Path) -> None:
    file = write(tmp_path / "state.json", (bucket(),))
    events = analyze(file, tmp_path, HANDOFF_SPEC="", HANDOFF_ENVIRONMENT="")
    assert {(one["policyPackName"], one["policyName"], one["enforcementLevel"]) for one in events} == {(pack, "engagement-spec", "mandatory") for pack in PACKS}
    assert "handoff:spec" in str(events[0]["message"])


def test_a_spec_that_does_not_hold_lets_nothing_through(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("apiVersion: handoff/v1\n", encoding="utf-8")
    events = analyze(write(tmp_path / "state.json", (bucket(),)), tmp_path, HANDOFF_SPEC=str(broken), HANDOFF_ENVIRONMENT="prod")
    assert {one["policyName"] for one in events} == {"engagement-spec"}
    assert "broken.yaml:1: kind: missing" in str(events[0]["message"])


def test_a_waived_failure_goes_through_and_is_shown(tmp_path: Path) -> None:
    from datetime import timedelta

    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    rows = [
        f"  - {{control: {one}, resource: it, reason: being moved, owner: ann@acme.example, approver: bob@acme.example, expires: {until}}}"
        for one in ("residency-place", "aws-s3-public-access", "aws-s3-encryption")
    ]
    spec = tmp_path / "waived.yaml"
    spec.write_text(SPEC.read_text(encoding="utf-8") + "\nwaivers:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    trail = Made(type="aws:cloudtrail/trail:Trail", name="log", inputs={"isMultiRegionTrail": True, "enableLogFileValidation": True, "kmsKeyId": "k"})
    file = write(tmp_path / "state.json", (bucket(region="us-east-1"), trail))
    events = analyze(file, tmp_path, expect_violations=False, HANDOFF_SPEC=str(spec), HANDOFF_ENVIRONMENT="prod")
    assert {(one["policyName"], one["enforcementLevel"]) for one in events} == {
        (one, "advisory") for one in ("residency-place", "aws-s3-public-access", "aws-s3-encryption")
    }
    assert all(f"waived until {until} by ann@acme.example: being moved" in str(one["message"]) for one in events)


def test_a_switch_makes_the_unknown_of_residency_fail(tmp_path: Path) -> None:
    file = write(tmp_path / "state.json", (Made(type="gcp:compute/disk:Disk", inputs={"zone": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}),))
    levels = {}
    for switch in ("false", "true"):
        events = analyze(file, tmp_path, HANDOFF_SPEC=str(SPEC), HANDOFF_ENVIRONMENT="prod", HANDOFF_FAIL_ON_UNKNOWN=switch)
        levels[switch] = {one["enforcementLevel"] for one in events if one["policyName"] == "residency-place"}
    assert levels == {"false": {"advisory"}, "true": {"mandatory"}}
