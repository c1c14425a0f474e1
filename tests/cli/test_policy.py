from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from handoff.cli._app import run
from tests.controls.outcomes import bare_spec

ROOT = Path(__file__).resolve().parents[2]
SPEC = str(ROOT / "engagements" / "acme-health.yaml")
VERSION = "v3.259.0"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
REGION = "residency-aws-region"
FORMATS = ("sarif", "junit", "markdown", "oscal")


def urn(type_token: str, name: str) -> str:
    return f"urn:pulumi:dev::handoff::{type_token}::{name}"


def state(folder: Path, *, region: str = "eu-west-1", engagement: str = "acme-health", environment: str = "prod", **inputs: object) -> str:
    provider = urn("pulumi:providers:aws", "aws")
    bucket = urn("aws:s3/bucket:Bucket", "records")
    trail = {"isMultiRegionTrail": True, "enableLogFileValidation": True, "kmsKeyId": "k"}
    rows: list[dict[str, Any]] = [
        {"urn": urn("pulumi:pulumi:Stack", "handoff-dev"), "type": "pulumi:pulumi:Stack", "outputs": {"engagement": engagement, "environment": environment}},
        {"urn": provider, "type": "pulumi:providers:aws", "id": "1", "inputs": {"region": "eu-west-1"}},
        {"urn": bucket, "type": "aws:s3/bucket:Bucket", "provider": f"{provider}::1", "inputs": {"bucket": "records", "region": region, **inputs}},
        {
            "urn": urn("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "records"),
            "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "provider": f"{provider}::1",
            "inputs": {"bucket": "records", "blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True},
        },
        {
            "urn": urn("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "records"),
            "type": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "provider": f"{provider}::1",
            "inputs": {"bucket": "records", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}]},
        },
        {"urn": urn("aws:cloudtrail/trail:Trail", "trail"), "type": "aws:cloudtrail/trail:Trail", "provider": f"{provider}::1", "inputs": trail},
    ]
    manifest = {"time": "2026-11-22T00:00:00Z", "magic": hashlib.sha256(VERSION.encode()).hexdigest(), "version": VERSION}
    path = folder / "state.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": rows}}), encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """The sample spec without its own waivers."""
    (tmp_path / "plain.yaml").write_text(bare_spec(), encoding="utf-8")
    return str(tmp_path / "plain.yaml")


@pytest.fixture
def residency(tmp_path: Path) -> list[str]:
    """The option that takes the residency pack alone: what else a small state lacks is other tests' affair."""
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "residency").symlink_to(ROOT / "policies" / "residency")
    return ["--policies", str(folder)]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def until(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def waived(folder: Path, control: str = REGION, expires: str = "", **more: str) -> Path:
    """The sample spec with one waiver at its end."""
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    spec = folder / "waived.yaml"
    row = f"{{control: {control}, resource: records, reason: 'moved | soon', owner: ann, approver: bob, compensating: read only, expires: {expires or until(10)}{extra}}}"
    spec.write_text(f"{bare_spec()}\nwaivers:\n  - {row}\n", encoding="utf-8")
    return spec


def test_a_good_state_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str]) -> None:
    assert run(["policy", "check", plain, "--state", state(tmp_path), "--json", "--all", *residency]) == 0
    *results, last = lines(capsys.readouterr().out)
    assert {one["verdict"] for one in results if one["type"] == "result"} == {"pass", "not-applicable"}
    assert (last["type"], last["exit_code"], last["violations"], last["environment"], last["strict"]) == ("summary", 0, 0, "prod", False)
    assert run(["policy", "check", plain, "--state", state(tmp_path), "--json", *residency]) == 0
    few = lines(capsys.readouterr().out)
    assert few[-1] == last
    assert [one for one in few if one["type"] == "result"] == []
    assert run(["policy", "check", plain, "--state", state(tmp_path), *residency]) == 0
    assert capsys.readouterr().out.startswith("PASS  acme-health, prod: ")


def test_a_bad_state_is_refused_with_the_resource_and_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str]) -> None:
    assert run(["policy", "check", plain, "--state", state(tmp_path, region="us-east-1"), *residency]) == 9
    out, err = capsys.readouterr()
    assert out.startswith("FAIL  acme-health, prod: ")
    assert f"\n  {REGION}  critical  1 resource: " in out
    assert "    - records: lives in us-east-1 (region); data of class phi may live in eu only (region)" in out
    assert "    Fix: " in out
    assert "    Asked by: ~nist-800-53-moderate " in out
    assert "1 policy violations" in err


def test_all_packs_judge_the_same_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", SPEC, "--state", state(tmp_path, region="us-east-1"), "--json"]) == 9
    found = lines(capsys.readouterr().out)
    results = [one for one in found if one["type"] == "result"]
    assert {"baseline", "residency"} <= {one["pack"] for one in results}
    assert found[-1]["violations"] == sum(one["violation"] for one in results) > 1
    assert [one["type"] for one in found if one["type"] != "result"] == ["readiness", "summary"]


def test_the_unknown_is_shown_and_fails_only_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str]) -> None:
    file = state(tmp_path, region=UNKNOWN)
    assert run(["policy", "check", plain, "--state", file, "--json", *residency]) == 0
    assert REGION in [one["control"] for one in lines(capsys.readouterr().out) if one.get("verdict") == "unknown"]
    assert run(["policy", "check", plain, "--state", file, "--fail-on-unknown", "--json", *residency]) == 9
    found = lines(capsys.readouterr().out)
    assert [one["violation"] for one in found if one.get("control") == REGION] == [True]
    assert found[-1]["strict"] is True


@pytest.mark.parametrize("region", ["mars-north-1", "", 7, False, ["eu-west-1"], {"eu-west-1": 1}])
def test_a_region_that_nobody_knows_never_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str], region: Any) -> None:
    assert run(["policy", "check", plain, "--state", state(tmp_path, region=region), "--fail-on-unknown", *residency]) == 9
    assert "records: " in capsys.readouterr().out


def test_a_type_that_no_sdk_has_is_shown_as_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str]) -> None:
    path = Path(state(tmp_path))
    body = json.loads(path.read_text(encoding="utf-8"))
    strange = {"aws:s3/bukket:Bukket": False, "acme:shop:Thing": True}
    body["deployment"]["resources"] += [{"urn": urn(one, "x"), "type": one, "custom": True, "inputs": {}} for one in strange]
    body["deployment"]["resources"].append({"urn": urn("handoff:aws:Store", "group"), "type": "handoff:aws:Store", "custom": False})
    path.write_text(json.dumps(body), encoding="utf-8")
    run(["policy", "check", plain, "--state", str(path), "--json", *residency])
    found = lines(capsys.readouterr().out)
    told = {one["resource_type"]: one["known"] for one in found if one["type"] == "not-judged"}
    assert {name: known for name, known in told.items() if name in strange} == strange
    assert "handoff:aws:Store" not in told
    assert found[-1]["not_judged"]["unknown_types"] == 1
    run(["policy", "check", plain, "--state", str(path), *residency])
    assert "the SDKs do not have the type of aws:s3/bukket:Bukket (1)" in capsys.readouterr().out


def test_a_preview_is_judged(tmp_path: Path, plain: str, residency: list[str]) -> None:
    exported = json.loads(Path(state(tmp_path, region="us-east-1")).read_text(encoding="utf-8"))
    steps = [{"op": "create", "newState": one} for one in exported["deployment"]["resources"]]
    preview = tmp_path / "preview.json"
    preview.write_text(json.dumps({"steps": steps}), encoding="utf-8")
    assert run(["policy", "check", plain, "--preview", str(preview), *residency]) == 9
    preview.write_text(json.dumps({"steps": steps, "changeSummary": {"same": 3}}), encoding="utf-8")
    assert run(["policy", "check", plain, "--preview", str(preview), *residency]) == 2


def reports(folder: Path) -> tuple[dict[str, Path], list[str]]:
    files = {name: folder / f"out.{name}" for name in FORMATS}
    return files, [part for name, path in files.items() for part in (f"--{name}", str(path))]


def test_reports_say_the_same_as_the_verdict(tmp_path: Path, plain: str, residency: list[str]) -> None:
    files, options = reports(tmp_path)
    assert run(["policy", "check", plain, "--state", state(tmp_path, region="us-east-1"), *options, *residency]) == 9
    sarif = json.loads(files["sarif"].read_text(encoding="utf-8"))
    (result,) = sarif["runs"][0]["results"]
    assert (sarif["version"], result["ruleId"], result["level"]) == ("2.1.0", REGION, "error")
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == urn("aws:s3/bucket:Bucket", "records")
    assert result["ruleId"] in {one["id"] for one in sarif["runs"][0]["tool"]["driver"]["rules"]}
    root = ElementTree.fromstring(files["junit"].read_text(encoding="utf-8"))  # noqa: S314 - written by us a moment ago
    assert (root.get("failures"), root.get("errors")) == ("1", "0")
    assert [case.get("classname") for case in root.iter("testcase") if case.find("failure") is not None] == [REGION]
    comment = files["markdown"].read_text(encoding="utf-8")
    assert comment.startswith("## ❌ Policy: 1 violations in ")
    assert f"**`{REGION}`** · critical" in comment
    (found,) = json.loads(files["oscal"].read_text(encoding="utf-8"))["assessment-results"]["results"]
    failed = [one for one in found["observations"] if {"name": "verdict", "ns": "https://handoff.example/ns/oscal", "value": "fail"} in one["props"]]
    assert len(failed) == 1


def test_a_waiver_shows_in_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str], residency: list[str]) -> None:
    spec = waived(tmp_path)
    files, options = reports(tmp_path)
    assert run(["policy", "check", str(spec), "--state", state(tmp_path, region="us-east-1"), *options, *residency]) == 0
    words = "by ann, approved by bob: moved | soon; instead: read only"
    assert f"Waived\n\n  {REGION}" in capsys.readouterr().out
    (result,) = json.loads(files["sarif"].read_text(encoding="utf-8"))["runs"][0]["results"]
    assert words in result["suppressions"][0]["justification"]
    assert words in files["junit"].read_text(encoding="utf-8")
    assert "| 10 | ann | bob | read only | moved \\| soon |" in files["markdown"].read_text(encoding="utf-8")
    (found,) = json.loads(files["oscal"].read_text(encoding="utf-8"))["assessment-results"]["results"]
    assert words in found["risks"][0]["statement"]
    assert run(["policy", "check", str(spec), "--state", state(tmp_path), *residency]) == 9  # nothing left to excuse
    line = len(spec.read_text(encoding="utf-8").splitlines())
    assert f"excuses nothing: no failure of that control matches it (waivers[0]) [{spec}:{line}]" in capsys.readouterr().out


def test_an_expired_waiver_fails_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], residency: list[str]) -> None:
    spec = waived(tmp_path, expires=until(-1), issued=until(-30))
    assert run(["policy", "check", str(spec), "--state", state(tmp_path, region="us-east-1"), "--json", *residency]) == 9
    found = {one["control"]: one for one in lines(capsys.readouterr().out) if one.get("violation")}
    assert set(found) == {REGION, "waiver"}
    line = len(spec.read_text(encoding="utf-8").splitlines())
    assert (found["waiver"]["file"], found["waiver"]["line"]) == (str(spec), line)


def test_a_waiver_of_no_control_is_a_fault_with_the_nearest_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], residency: list[str]) -> None:
    assert run(["policy", "check", str(waived(tmp_path, "residency-aws-regoin")), "--state", state(tmp_path), *residency]) == 9
    assert f"names no control that exists; did you mean {REGION}?" in capsys.readouterr().out


@pytest.mark.parametrize(("more", "says"), [({"expires": until(181)}, "more than 180 days"), ({"issued": until(1)}, "is yet to come")])
def test_a_waiver_that_is_too_long_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: dict[str, str], says: str) -> None:
    spec = waived(tmp_path, **more)
    assert run(["policy", "check", str(spec), "--state", state(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert f"{spec}:{len(spec.read_text(encoding='utf-8').splitlines())}: waivers[0]." in err
    assert says in err


def test_a_waiver_without_approver_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = waived(tmp_path)
    spec.write_text(spec.read_text(encoding="utf-8").replace("approver: bob, ", ""), encoding="utf-8")
    assert run(["policy", "check", str(spec), "--state", state(tmp_path)]) == 2
    assert "waivers[0].approver: missing" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_one_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], plain: str, residency: list[str]) -> None:
    assert run(["policy", "check", plain, "--state", state(tmp_path), "--sarif", str(tmp_path / "absent" / "x.sarif"), *residency]) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "exactly one of --state"),
        (["--state", "a", "--preview", "b"], "exactly one of --state"),
        (["--state", "absent.json"], "No such file"),
        (["--state", "docs"], "Is a directory"),
        (["--policies", "docs", "--state", "STATE"], "no policy pack"),
        (["--environment", "test", "--state", "STATE"], "is of the environment prod, not test"),
    ],
)
def test_bad_usage_is_one_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str) -> None:
    good = state(tmp_path)
    assert run(["policy", "check", SPEC, *(good if one == "STATE" else one for one in options)]) == 2
    out, err = capsys.readouterr()
    assert expected in err
    assert "Traceback" not in out + err


def test_a_state_of_another_engagement_or_cut_off_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", SPEC, "--state", state(tmp_path, engagement="harbor-books")]) == 2
    assert "is of the engagement harbor-books" in capsys.readouterr().err
    path = Path(state(tmp_path))
    path.write_text(path.read_text(encoding="utf-8")[:-200], encoding="utf-8")
    assert run(["policy", "check", SPEC, "--state", str(path)]) == 2
    assert "not JSON" in capsys.readouterr().err


def test_the_environment_of_the_stack_has_to_be_in_the_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", SPEC, "--state", state(tmp_path, environment="staging")]) == 2
    assert "no environment 'staging'; it has prod" in capsys.readouterr().err


def test_the_list_of_controls(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "list", "--json"]) == 0
    *controls, last = lines(capsys.readouterr().out)
    assert last["controls"] == len(controls) > 15
    assert {one["pack"] for one in controls} == {"residency", "baseline", "exit_readiness"}
    assert last["by_cloud"]["aws"] == sum("aws" in one["clouds"] for one in controls) > 0
    assert sum(last["by_category"].values()) == len(controls)
    assert last["by_framework"]["hipaa"] == sum(any(each["framework"] == "hipaa" for each in one["clauses"]) for one in controls) > 0
    assert 0 < last["by_framework"]["nist-800-53-low"] < last["by_framework"]["nist-800-53"]
    assert run(["policy", "list"]) == 0
    out = capsys.readouterr().out
    assert REGION in out
    assert f"category: {last['by_category']['place']} place, " in out


def test_one_control_is_explained_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "list", "--json"]) == 0
    known = [one for one in lines(capsys.readouterr().out) if one["type"] == "control"]
    (one,) = [one for one in known if one["id"] == "aws-kms-rotation"]
    assert run(["policy", "explain", one["id"]]) == 0
    out = capsys.readouterr().out
    assert all(one[name] in out for name in ("title", "why", "fix", "blind", "source", "severity"))
    assert all(part in out for part in ("import pulumi_aws as aws", "Asked by", "SC-12", "What it looks at", "aws:kms/key:Key"))
    assert run(["policy", "explain", one["id"], "--json"]) == 0
    told = lines(capsys.readouterr().out)[0]
    assert "import pulumi_aws" in told.pop("snippet")
    assert told == one


def test_the_faults_of_waivers_are_explained_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "waiver"]) == 0
    assert "medium; every pack, exit" in capsys.readouterr().out


def test_an_unknown_control_is_answered_with_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "aws-kms-rotatoin"]) == 2
    assert "did you mean aws-kms-rotation" in capsys.readouterr().err
    assert run(["policy", "explain", "zzzzzz"]) == 2
    assert "did you mean" not in capsys.readouterr().err


def test_the_component_definition_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "component", "--out", str(tmp_path / "c.json"), "--json"]) == 0
    (last,) = lines(capsys.readouterr().out)
    body = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["component-definition"]
    assert len(body["components"]) == last["packs"] == 3


def test_a_large_state_is_judged_and_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(state(tmp_path))
    body = json.loads(path.read_text(encoding="utf-8"))
    row = body["deployment"]["resources"][2]
    body["deployment"]["resources"] += [{**row, "urn": urn("aws:s3/bucket:Bucket", f"b{number}"), "inputs": {"bucket": f"b{number}"}} for number in range(3000)]
    path.write_text(json.dumps(body), encoding="utf-8")
    start = time.monotonic()
    assert run(["policy", "check", SPEC, "--state", str(path)]) == 9
    assert time.monotonic() - start < 10  # some 2 s on two idle cores
    assert len(capsys.readouterr().out.splitlines()) < 200
