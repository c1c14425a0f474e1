from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from handoff.cli._app import run

ROOT = Path(__file__).resolve().parents[2]
SPEC = str(ROOT / "engagements" / "acme-health.yaml")
VERSION = "v3.259.0"


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


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_good_state_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", SPEC, "--state", state(tmp_path), "--json"]) == 0
    *results, last = lines(capsys.readouterr().out)
    assert {one["verdict"] for one in results} == {"pass", "not-applicable"}
    assert (last["type"], last["exit_code"], last["violations"], last["environment"]) == ("summary", 0, 0, "prod")


def test_a_bad_state_is_refused_with_the_resource_and_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", SPEC, "--state", state(tmp_path, region="us-east-1")]) == 9
    out, err = capsys.readouterr()
    assert "residency-place" in out
    assert "lives in us-east-1" in out
    assert "Fix residency-place" in out
    assert "1 policy violations" in err


def test_the_unknown_is_shown_and_fails_only_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = state(tmp_path, region="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    assert run(["policy", "check", SPEC, "--state", file, "--json"]) == 0
    assert [one["control"] for one in lines(capsys.readouterr().out) if one.get("verdict") == "unknown"] == ["residency-place"]
    assert run(["policy", "check", SPEC, "--state", file, "--fail-on-unknown"]) == 9


def test_a_preview_is_judged(tmp_path: Path) -> None:
    exported = json.loads(Path(state(tmp_path, region="us-east-1")).read_text(encoding="utf-8"))
    preview = tmp_path / "preview.json"
    preview.write_text(json.dumps({"steps": [{"op": "create", "newState": one} for one in exported["deployment"]["resources"]]}), encoding="utf-8")
    assert run(["policy", "check", SPEC, "--preview", str(preview)]) == 9


def test_reports_say_the_same_as_the_verdict(tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("sarif", "junit", "markdown")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    assert run(["policy", "check", SPEC, "--state", state(tmp_path, region="us-east-1"), *options]) == 9
    sarif = json.loads(files["sarif"].read_text(encoding="utf-8"))
    (result,) = sarif["runs"][0]["results"]
    assert (sarif["version"], result["ruleId"], result["level"]) == ("2.1.0", "residency-place", "error")
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == urn("aws:s3/bucket:Bucket", "records")
    assert result["ruleId"] in {one["id"] for one in sarif["runs"][0]["tool"]["driver"]["rules"]}
    suite = ElementTree.fromstring(files["junit"].read_text(encoding="utf-8"))  # noqa: S314 - written by us a moment ago
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")
    assert [case.get("classname") for case in suite if case.find("failure") is not None] == ["residency-place"]
    assert "| `residency-place` | critical | records |" in files["markdown"].read_text(encoding="utf-8")


def test_a_waiver_shows_in_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import UTC, datetime, timedelta

    until = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    spec = tmp_path / "waived.yaml"
    waiver = f"\nwaivers: [{{control: residency-place, resource: records, reason: 'moved | soon', owner: ann, expires: {until}}}]\n"
    spec.write_text(Path(SPEC).read_text(encoding="utf-8") + waiver, encoding="utf-8")
    files = {name: tmp_path / f"out.{name}" for name in ("sarif", "junit", "markdown")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    assert run(["policy", "check", str(spec), "--state", state(tmp_path, region="us-east-1"), *options]) == 0
    assert "Waived" in capsys.readouterr().out
    (result,) = json.loads(files["sarif"].read_text(encoding="utf-8"))["runs"][0]["results"]
    assert "moved | soon" in result["suppressions"][0]["justification"]
    assert 'skipped="1"' in files["junit"].read_text(encoding="utf-8")
    assert "moved \\| soon" in files["markdown"].read_text(encoding="utf-8")
    assert run(["policy", "check", str(spec), "--state", state(tmp_path)]) == 9  # nothing left to excuse


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "exactly one of --state"),
        (["--state", "a", "--preview", "b"], "exactly one of --state"),
        (["--state", "absent.json"], "No such file"),
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
    assert run(["policy", "list"]) == 0
    assert "residency-place" in capsys.readouterr().out
