"""Every session and address that the provider could begin before the cut is dead after it: by key, by token, by role, by chain, by address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from handoff import logins
from tests.kinds.aws._account import assuming
from tests.runs._estate import MARK, AwsEstate, lines

pytestmark = pytest.mark.slow


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    """A user of the provider's who may become one role, and from there another."""
    made = AwsEstate(tmp_path / "estate", lab_env)
    lent = made.account.user("lent", tags=MARK)
    first = made.account.role("first", {"Effect": "Allow", "Principal": {"AWS": lent.principal}, "Action": "sts:AssumeRole"}, tags=MARK)
    made.account.role("second", {"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:AssumeRole"})
    logins.dump([lent, assuming(lent, first)], made.folder / "provider.json")
    return made


def test_all_that_was_begun_before_the_cut_is_refused_after_it_beside_the_client(estate: AwsEstate) -> None:
    made = estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json", "--json")
    assert made.returncode == 0, made.stderr
    kept = {one["name"]: one for one in lines(made.stdout) if one["type"] == "canary"}
    wanted = {"lent", "lent-GetSessionToken", "lent-GetFederationToken", "lent-url", "lent-AssumeRole", "lent-AssumeRole-AssumeRole"}
    assert wanted <= kept.keys(), made.stdout
    assert kept["lent-url"]["form"] == "aws-url"
    text = (estate.folder / "canaries.json").read_text(encoding="utf-8")
    assert "X-Amz-Signature" in text, "positive control: the file holds the address"
    assert not [one for one in (estate.ledger.read_text(encoding="utf-8"), made.stdout) if "X-Amz-Signature" in one], "and nothing else does"

    digest = estate.plan()
    applied = estate.handoff("apply", "plan.json", "--digest", digest)
    assert applied.returncode == 0, applied.stderr
    proof = estate.handoff("prove", "spec.yaml", "--canaries", "canaries.json", "--json")
    trials = [trial for body in estate.entries("proof") for trial in body["trials"]] + estate.entries("canary.control")
    said = {trial["canary"]: (trial["tried"]["outcome"], trial["control"]["outcome"]) for trial in trials}
    assert wanted <= said.keys()
    assert set(said.values()) == {("refused", "worked")}, said
    assert proof.returncode == 0, proof.stderr


def test_without_the_cut_they_all_still_work(estate: AwsEstate) -> None:
    """Positive control: what prove sees refused is refused by the cut, not by its own end."""
    assert estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json").returncode == 0
    estate.write_lags(soak_s=3600)
    digest = estate.plan()
    soaking = estate.handoff("apply", "plan.json", "--digest", digest)
    assert soaking.returncode == 4
    (started, *_) = estate.entries("apply.started")
    assert estate.handoff("rollback", "run-" + started["plan"].removeprefix("sha256:")[:12]).returncode == 0
    assert estate.handoff("prove", "spec.yaml", "--canaries", "canaries.json", "--json").returncode == 4
    outcomes = {trial["canary"]: trial["tried"]["outcome"] for body in estate.entries("proof") for trial in body["trials"]}
    assert outcomes["lent"] == outcomes["lent-url"] == outcomes["lent-GetFederationToken"] == "worked"
