"""`handoff discover`: what could not be read is said, and never shown as absent; every bad input has one message and its code."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from handoff.model import Login
from tests.runs._estate import AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


def denied(estate: AwsEstate, *ops: str) -> Login:
    return estate.account.denied(*ops)


@pytest.mark.slow
def test_a_denied_listing_is_coverage_and_never_absence(estate: AwsEstate) -> None:
    whole = estate.handoff("discover", "spec.yaml", "--json")
    assert whole.returncode == 0, whole.stderr
    assert sum(one["kind"] == "aws.iam_access_key" for one in lines(whole.stdout) if one["type"] == "path") == 7, "positive control"

    estate.write_files(admin=denied(estate, "iam:ListAccessKeys"))
    told = estate.handoff("discover", "spec.yaml", "--json")
    assert told.returncode == 3
    said = lines(told.stdout)
    (keys,) = [one for one in said if one["type"] == "coverage" and one["kind"] == "aws.iam_access_key"]
    assert keys["read"] == "denied"
    assert "iam:ListAccessKeys" in keys["reason"]
    assert {one["read"] for one in said if one["type"] == "coverage" and one["kind"] != "aws.iam_access_key"} == {"complete"}
    assert said[-1]["type"] == "summary"
    assert (said[-1]["exit_code"], said[-1]["incomplete"]) == (3, 1)

    shown = estate.handoff("discover", "spec.yaml")
    assert shown.returncode == 3
    (row,) = [line for line in shown.stdout.splitlines() if line.lstrip().startswith("aws.iam_access_key")]
    assert "denied" in row
    assert "not known" in row
    assert "aws.iam_access_key" in shown.stderr
    assert estate.entries("sweep.finished")[-1]["incomplete"][0]["read"] == "denied"

    planned = estate.handoff("plan", "spec.yaml", "--json")
    assert planned.returncode in {3, 7}, "never 0 over a listing that was denied"


def one_clear_message(stderr: str) -> bool:
    return stderr.startswith("handoff: ") and "Traceback" not in stderr and len(stderr.splitlines()) <= 8


@pytest.mark.slow
def test_own_credentials_that_are_refused(estate: AwsEstate) -> None:
    (estate.folder / "credentials").write_text("[ada]\naws_access_key_id = AKIAWRONGWRONGWRONG0\naws_secret_access_key = wrong\n", encoding="utf-8")
    wrong = estate.handoff("discover", "spec.yaml")
    assert wrong.returncode == 6, wrong.stderr
    assert one_clear_message(wrong.stderr)
    (estate.folder / "credentials").write_text("", encoding="utf-8")
    none = estate.handoff("discover", "spec.yaml")
    assert none.returncode == 6, none.stderr
    assert one_clear_message(none.stderr)


@pytest.mark.slow
def test_an_endpoint_that_nobody_listens_at(estate: AwsEstate) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else can take the port
        gone = estate.handoff("discover", "spec.yaml", AWS_ENDPOINT_URL=f"http://127.0.0.1:{held.getsockname()[1]}", AWS_MAX_ATTEMPTS="1")
    assert gone.returncode in {3, 6}, gone.stderr
    assert "Traceback" not in gone.stderr
    assert gone.stderr.startswith("handoff: ")


def test_usage(estate: AwsEstate) -> None:
    for arguments, told in (
        (("nowhere.yaml",), "nowhere.yaml"),
        (("spec.yaml", "--party", "nobody"), "no such party"),
        (("spec.yaml", "--cloud", "gcp"), "no environment on gcp"),
    ):
        done = estate.handoff("discover", *arguments)
        assert done.returncode == 2
        assert told in done.stderr
        assert one_clear_message(done.stderr)


def test_only_one_party_is_shown_and_all_are_counted(estate: AwsEstate) -> None:
    said = lines(estate.handoff("discover", "spec.yaml", "--json", "--party", "provider").stdout)
    assert {one["party"] for one in said if one["type"] == "path"} == {"provider"}
    assert said[-1]["paths"]["client"] > 0
