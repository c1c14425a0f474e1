"""The engine, `handoff policy check` and the judge in this process say the same of the same resources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handoff.controls import state
from handoff.controls.resource import SIGNATURE, Resource
from handoff.lab.engine import find
from tests.policies import contract, corpus, echo, merged, ways

CASES = corpus.everything()
GROUPS: Mapping[str, tuple[corpus.Case, ...]] = {
    spec: tuple(case for case in CASES if json.dumps(case.spec, sort_keys=True) == spec)
    for spec in dict.fromkeys(json.dumps(case.spec, sort_keys=True) for case in CASES)
}
"""The cases by the changes that they make to the sample spec."""
LARGEST = sorted(GROUPS, key=lambda spec: -len(GROUPS[spec]))[:3]
"""What the engine itself is asked: each start costs seconds. All others go through the protocol that it speaks."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ENGINE = pytest.mark.skipif(find.find() is None, reason="no engine on this machine yet: `handoff lab up` makes one")


def asks_for_links() -> set[str]:
    asked: set[str] = set()

    class Noting(Resource):
        __slots__ = ()

        def __getattribute__(self, name: str) -> object:
            if name == "links":
                asked.add(control.id)
            return super().__getattribute__(name)

    for case in CASES:
        control = next(one for one in ways.controls() if one.id == case.control)
        if control.evaluate is not None:
            for one in corpus.resources(case):
                if any(contract._covers(token, one.type) for token in control.types):
                    noting = Noting(urn=one.urn, type=one.type, name=one.name, inputs=one.inputs, provider=one.provider, links=one.links)
                    list(control.evaluate(noting, corpus.plain_context()))
    return asked


def test_a_control_of_one_resource_does_not_ask_what_it_was_made_from() -> None:
    assert asks_for_links() == set()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HANDOFF_SPEC", "HANDOFF_ENVIRONMENT", "HANDOFF_FAIL_ON_UNKNOWN", "HANDOFF_REMEDIATE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A spec file for each group."""
    return {spec: corpus.spec_file(json.loads(spec), tmp_path_factory.mktemp("spec")) for spec in GROUPS}


@pytest.fixture(scope="module")
def protocol() -> ways.Protocol:
    return ways.Protocol()


@pytest.mark.slow
@ENGINE
@pytest.mark.parametrize("group", LARGEST, ids=[f"group-{number}" for number in range(len(LARGEST))])
def test_the_engine_says_what_the_judge_says(group: str, specs: Mapping[str, Path], tmp_path: Path) -> None:
    stack, spec = merged.merge(GROUPS[group]), specs[group]
    results = ways.judged(stack.stack(), spec)
    events = ways.analyzed(stack.state(), tmp_path, HANDOFF_SPEC=str(spec), HANDOFF_ENVIRONMENT="prod")
    assert ways.shown(events) == ways.words(results)
    assert {one["policyPackName"] for one in events} <= set(ways.NAMES)
    assert {one.verdict.value for one in results} >= {"pass", "fail"}


@pytest.mark.parametrize("group", GROUPS, ids=[f"group-{number}" for number in range(len(GROUPS))])
def test_the_command_says_what_the_judge_says(group: str, specs: Mapping[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack, spec = merged.merge(GROUPS[group]), specs[group]
    results = ways.judged(stack.stack(), spec)
    assert ways.told(results)
    for option, body, reader in (("--state", stack.state(), state.from_state), ("--preview", stack.preview(), state.from_preview)):
        file = ways.written(body, tmp_path / "file.json")
        assert ways.records(ways.judged(reader(file).stack, spec)) == ways.records(results)
        assert ways.checked(option, file, spec, capsys) == ways.told(results)


@pytest.mark.parametrize("group", GROUPS, ids=[f"group-{number}" for number in range(len(GROUPS))])
def test_the_packs_say_to_the_engine_what_the_judge_says(group: str, specs: Mapping[str, Path], protocol: ways.Protocol) -> None:
    stack, spec = merged.merge(GROUPS[group]), specs[group]
    assert protocol.said(stack, spec) == ways.words(ways.judged(stack.stack(), spec))


@pytest.mark.parametrize("control", [one.id for one in ways.controls() if one.evaluate_stack is not None])
def test_the_packs_say_of_a_stack_by_itself_what_the_judge_says(control: str, specs: Mapping[str, Path], protocol: ways.Protocol) -> None:
    """Among many cases a control of the whole stack finds what it looks for; so each of its cases alone. Nothing of one run may stay for the next."""
    for case in (one for one in CASES if one.control == control):
        stack, spec = merged.merge([case]), specs[json.dumps(case.spec, sort_keys=True)]
        assert protocol.said(stack, spec) == ways.words(ways.judged(stack.stack(), spec)), case.id


BUCKET, GRANT, KEY = "aws:s3/bucket:Bucket", "gcp:storage/bucketIAMMember:BucketIAMMember", "aws:kms/key:Key"


def case(*rows: Mapping[str, Any]) -> merged.Merged:
    made = corpus.Case(file="", control="", case="", expect="pass", path="", says="", spec={}, rows=rows)
    return merged.merge([made])


def waiver(control: str, resource: str, days: int) -> dict[str, object]:
    until = datetime.now(UTC).date() + timedelta(days=days)
    return {"control": control, "resource": resource, "reason": "being moved", "owner": "ann@acme.example", "approver": "bob@acme.example", "expires": until}


@pytest.mark.slow
@ENGINE
def test_all_ways_say_the_same_of_waivers(tmp_path: Path, protocol: ways.Protocol, capsys: pytest.CaptureFixture[str]) -> None:
    """In force, expired, of no use, and of a control that nobody has."""
    spec = corpus.spec_file(
        {
            "waivers": [
                waiver("residency-aws-region", "it-0", 30),
                waiver("residency-aws-region", "old-0", -1),
                waiver("aws-kms-rotation", "nothing", 30),
                waiver("no-such-control", "it-0", 30),
            ]
        },
        tmp_path,
    )
    stack = case(
        {"type": BUCKET, "inputs": {"region": "us-east-1"}},
        {"type": BUCKET, "name": "old", "inputs": {"region": "us-east-1"}},
        {"type": BUCKET, "name": "later", "inputs": {"region": "$unknown"}},
        {"type": KEY, "name": "key", "inputs": {"enableKeyRotation": True}},
    )
    results = ways.judged(stack.stack(), spec)
    found = {(one.control.id, one.urn.rsplit("::", 1)[-1], one.verdict.value, one.waived is not None) for one in results}
    assert found >= {
        ("residency-aws-region", "it-0", "fail", True),
        ("residency-aws-region", "old-0", "fail", False),
        ("residency-aws-region", "later-0", "unknown", False),
    }
    faults = [one.message for one in results if one.control.id == "waiver"]
    assert [any(word in one for one in faults) for word in ("expired on", "excuses nothing", "names no control")] == [True, True, True]
    assert len(faults) == 3
    events = ways.analyzed(stack.state(), tmp_path, HANDOFF_SPEC=str(spec), HANDOFF_ENVIRONMENT="prod")
    assert ways.shown(events) == protocol.said(stack, spec) == ways.words(results)
    for option, body in (("--state", stack.state()), ("--preview", stack.preview())):
        assert ways.checked(option, ways.written(body, tmp_path / "file.json"), spec, capsys) == ways.told(results)


@pytest.mark.slow
@ENGINE
def test_all_ways_fail_on_the_unknown_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Residency that cannot be decided; a baseline control that cannot be decided stays advice."""
    stack = case({"type": BUCKET, "inputs": {"region": "$unknown"}}, {"type": KEY, "name": "key", "inputs": {"enableKeyRotation": "$unknown"}})
    results = ways.judged(stack.stack(), corpus.SPEC)
    bound = {"HANDOFF_SPEC": str(corpus.SPEC), "HANDOFF_ENVIRONMENT": "prod"}
    for strict in (False, True):
        said = ways.shown(ways.analyzed(stack.state(), tmp_path, **bound, HANDOFF_FAIL_ON_UNKNOWN=str(strict).lower()))
        assert said == ways.words(results, strict=strict)
        levels = {(control, level) for control, _, words, level in said if words.startswith("unknown: ")}
        assert levels >= {("residency-aws-region", "mandatory" if strict else "advisory"), ("aws-kms-rotation", "advisory")}
        more = ["--fail-on-unknown"] if strict else []
        rows = ways.rows(["--state", str(tmp_path / "engine.json"), *more], corpus.SPEC, capsys)
        violations = {(one["control"], one["urn"]) for one in rows if one["violation"]}
        assert violations == {(control, urn) for control, urn, _, level in said if level == "mandatory"}


@pytest.mark.slow
@ENGINE
def test_a_secret_that_can_be_read_is_judged_by_its_value_and_any_other_is_unknown(tmp_path: Path) -> None:
    def hidden(**how: str) -> dict[str, str]:
        return {SIGNATURE: SECRET, **how}

    readable = case({"type": GRANT, "inputs": {"bucket": "x", "role": "roles/viewer", "member": hidden(plaintext=json.dumps("allUsers"))}})
    plain = case({"type": GRANT, "inputs": {"bucket": "x", "role": "roles/viewer", "member": "allUsers"}})
    closed = case({"type": GRANT, "inputs": {"bucket": "x", "role": "roles/viewer", "member": hidden(ciphertext="v1:AAAA")}})
    events = ways.analyzed(readable.state(), tmp_path, HANDOFF_SPEC=str(corpus.SPEC), HANDOFF_ENVIRONMENT="prod")
    assert ways.shown(events) == ways.words(ways.judged(plain.stack(), corpus.SPEC))
    assert ways.shown(events) == ways.words(ways.judged(state.from_state(ways.written(readable.state(), tmp_path / "readable.json")).stack, corpus.SPEC))
    offline = ways.judged(state.from_state(ways.written(closed.state(), tmp_path / "closed.json")).stack, corpus.SPEC)
    assert {one.verdict.value for one in offline if one.control.id == "gcp-storage-public-grants"} == {"unknown"}


PROGRAM = Path(__file__).with_name("_program.py")
PACKAGES = ("aws", "azure-native", "gcp")
CLOUDS = {"aws:region": "eu-west-1", "azure-native:location": "westeurope", "gcp:project": "acme-prod", "gcp:region": "europe-west1"}
BOUND = {"handoff:spec": str(corpus.SPEC), "handoff:environment": "prod"}


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[ways.Said], Path]:
    """What the engine showed in a preview with the packs, and the file of the same preview. Engine, SDKs and packs are real; the clouds are not there."""
    folder = tmp_path_factory.mktemp("preview")
    with echo.serving() as port:
        preview = ways.Preview(folder, PROGRAM, port=port, packages=PACKAGES, config={**CLOUDS, **BOUND})
        return ways.shown(preview.events()), ways.written(preview.body(), folder / "preview.json")


def _of(said: set[ways.Said], name: str) -> set[ways.Said]:
    return {one for one in said if one[1].endswith(f"::{name}")}


@pytest.mark.slow
@ENGINE
def test_a_preview_of_a_program_and_its_file_say_the_same(previewed: tuple[set[ways.Said], Path], capsys: pytest.CaptureFixture[str]) -> None:
    engine, file = previewed
    results = ways.judged(state.from_preview(file).stack, corpus.SPEC)
    offline = ways.words(results)
    assert ways.checked("--preview", file, corpus.SPEC, capsys) == ways.told(results)
    apart = {one for name in ("hidden", "defaulted") for one in _of(engine | offline, name)}
    assert engine - apart == offline - apart
    assert len(engine - apart) > 30
    assert {"residency-aws-region", "residency-aws-s3-replication", "aws-kms-rotation", "gcp-storage-public-grants"} <= {one[0] for one in engine}


@pytest.mark.slow
@ENGINE
def test_a_preview_s_file_hides_secrets_so_what_hangs_on_them_is_unknown(previewed: tuple[set[ways.Said], Path]) -> None:
    engine, file = previewed
    offline = ways.words(ways.judged(state.from_preview(file).stack, corpus.SPEC))
    seen, hidden = _of(engine, "hidden") - offline, _of(offline, "hidden") - engine
    assert any("us-west-2" in one[2] for one in seen)
    assert {one[0] for one in seen} == {one[0] for one in hidden}
    assert all(one[2].startswith("unknown: ") for one in hidden)


@pytest.mark.slow
@ENGINE
def test_a_default_provider_counts_in_a_preview_s_file(previewed: tuple[set[ways.Said], Path]) -> None:
    engine, file = previewed
    assert _of(engine, "defaulted") == _of(ways.words(ways.judged(state.from_preview(file).stack, corpus.SPEC)), "defaulted")
