"""`handoff apply` as a real process on a real IAM: killed at random moments, interrupted, refused; and the way back."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from handoff.evidence import ledger as ledgers
from tests.runs._estate import AwsEstate, lines
from tests.runs._witness import witness

KILLS = 12
SEED = 20261122
LITTLE_S = 0.03


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


def effects(estate: AwsEstate) -> Counter[tuple[str, str]]:
    """How often each action was written down as having had an effect, by action and operation."""
    return Counter((body["action"], receipt["op"]) for body in estate.entries("action.done") for receipt in body["receipts"] if receipt["applied"])


@pytest.mark.slow
def test_kill_9_at_random_moments_and_the_next_apply_finishes_each_time(tmp_path: Path, lab_env: Mapping[str, str], record_property: Any) -> None:
    whole = AwsEstate(tmp_path / "whole", lab_env).provider_everywhere()
    with witness(lab_env["AWS_ENDPOINT_URL"]) as seen:
        digest = whole.plan(AWS_ENDPOINT_URL=seen.url)
        planned = whole.ledger.read_bytes().count(b"\n")
        assert whole.handoff("apply", "plan.json", "--digest", digest, AWS_ENDPOINT_URL=seen.url).returncode == 0
    changes, actions = len(seen.changes), len(whole.entries("action.done"))
    assert actions >= 12
    assert changes == len(set(seen.changes)) >= actions, "positive control: the witness sees what apply does"

    rng = random.Random(SEED)  # noqa: S311 not for secrecy
    entries = whole.ledger.read_bytes().count(b"\n") - planned
    # A moment is an entry of the ledger and a little more: so they are spread over the whole run however busy the machine is.
    moments = [(int((number + rng.random()) / KILLS * entries), rng.random() * LITTLE_S) for number in range(KILLS)]

    def kill_at(number: int) -> dict[str, int]:
        one = AwsEstate(tmp_path / f"killed-{number}", lab_env).provider_everywhere()
        with witness(lab_env["AWS_ENDPOINT_URL"]) as seen:
            digest = one.plan(AWS_ENDPOINT_URL=seen.url)
            start = one.ledger.read_bytes().count(b"\n")
            process = one.start("apply", "plan.json", "--digest", digest, AWS_ENDPOINT_URL=seen.url)
            while one.ledger.read_bytes().count(b"\n") - start < moments[number][0] and process.poll() is None:
                time.sleep(0.001)
            time.sleep(moments[number][1])
            process.kill()
            process.communicate()
            reached = (len(one.entries("action.intent")), len(one.entries("action.done")))
            done = one.handoff("apply", "plan.json", "--digest", digest, "--json", AWS_ENDPOINT_URL=seen.url)
        assert done.returncode == 0, (reached, done.stderr)
        assert lines(done.stdout)[-1]["done_now"] == actions - reached[1]
        ledgers.verify(one.ledger)
        counts = Counter(body["action"] for body in one.entries("action.done"))
        assert len(counts) == actions
        assert set(counts.values()) == {1}
        assert max(effects(one).values()) == 1
        assert len(seen.changes) == len(set(seen.changes)) == changes, (reached, [change for change, count in Counter(seen.changes).items() if count > 1])
        assert one.state() == whole.state(), reached
        return {"code": process.returncode, "intents": reached[0], "done": reached[1]}

    with ThreadPoolExecutor(max_workers=2) as pool:
        figures = list(pool.map(kill_at, range(KILLS)))
    record_property("kills", json.dumps(figures))
    print(f"\nkills: {figures}")
    killed = [one for one in figures if one["code"] == -signal.SIGKILL]
    assert len(killed) >= KILLS // 2, "positive control: most of them died of it"
    assert len({one["intents"] for one in killed}) >= 6, "positive control: they died at different places"


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_says_so_and_the_next_one_goes_on(how: signal.Signals, estate: AwsEstate) -> None:
    digest = estate.plan()
    process = estate.start("apply", "plan.json", "--digest", digest)
    while not estate.entries("action.done") and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert told.startswith("handoff: Interrupted.\n")
    assert "Traceback" not in told
    assert len(estate.entries("action.done")) < 16, "positive control: it was not done yet"
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    ledgers.verify(estate.ledger)
    assert max(effects(estate).values()) == 1


@pytest.mark.slow
def test_the_whole_way_and_a_proof_at_its_end(estate: AwsEstate) -> None:
    digest = estate.plan()
    early = estate.handoff("prove", "spec.yaml")
    assert early.returncode == 4
    assert "nothing was applied yet" in early.stderr
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    again = estate.handoff("apply", "plan.json", "--digest", digest, "--json")
    assert again.returncode == 0
    assert lines(again.stdout)[-1]["done_now"] == 0
    proof = estate.handoff("prove", "spec.yaml", "--json")
    assert proof.returncode == 0, proof.stderr
    assert {one["proof"] for one in lines(proof.stdout) if one["type"] == "proof"} == {"proven"}
    elsewhere = estate.handoff("prove", "spec.yaml", AWS_ENDPOINT_URL=estate.lab["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"))
    assert elsewhere.returncode == 7, "a proof against other endpoints than the plan's would prove nothing"


@pytest.mark.slow
def test_rollback_within_the_soak_restores_the_rights_and_spends_the_plan(estate: AwsEstate) -> None:
    estate.write_lags(soak_s=3600)
    before, digest = estate.state(), estate.plan()
    soaking = estate.handoff("apply", "plan.json", "--digest", digest)
    assert soaking.returncode == 4
    assert "soaking until" in soaking.stderr
    assert estate.state() != before
    (started, *_) = estate.entries("apply.started")
    run = "run-" + started["plan"].removeprefix("sha256:")[:12]
    back = estate.handoff("rollback", run, "--json")
    assert back.returncode == 0, back.stderr
    assert lines(back.stdout)[-1]["undone"] == len(estate.entries("action.done")) == 10
    assert json.loads(estate.state()) == json.loads(before)
    refused = estate.handoff("apply", "plan.json", "--digest", digest)
    assert refused.returncode == 7
    assert "rolled back" in refused.stderr


@pytest.mark.slow
def test_what_appeared_or_moved_since_the_plan_is_refused_before_any_write(estate: AwsEstate) -> None:
    digest = estate.plan()
    late = estate.account.key("hidden")
    before = estate.state()
    refused = estate.handoff("apply", "plan.json", "--digest", digest)
    assert refused.returncode == 7
    assert str(late.material["access_key_id"]) in refused.stderr
    assert (estate.state(), estate.entries("action.intent")) == (before, [])

    digest = estate.plan()
    estate.account.writer.write("iam:UpdateAccessKey", UserName="hidden", AccessKeyId=late.material["access_key_id"], Status="Inactive")
    moved = estate.handoff("apply", "plan.json", "--digest", digest)
    assert moved.returncode == 7
    assert "was changed since the plan was made" in moved.stderr
    assert estate.entries("action.intent") == []
