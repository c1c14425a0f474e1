"""The last step: what feeds the operator is planned, left alone, handed over as a folder, run by the client, and proven with the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handoff.model import Login, Party
from tests.runs._estate import MARK, AwsEstate, lines

pytestmark = pytest.mark.slow


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    """The operator is the provider's own user, with two keys, beside everything else of the provider's."""
    made = AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()
    operator = made.account.user("nimbus-ops", tags=MARK)
    made.account.key("nimbus-ops")
    made.write_files(admin=Login(name="ops", cloud="aws", party=Party.PROVIDER, principal=operator.principal, form="aws-keys", material=operator.material))
    return made


def test_the_client_ends_the_operators_own_ways_in_and_only_then_the_exit_is_proven(estate: AwsEstate) -> None:
    planned = estate.handoff("plan", "spec.yaml", "--json")
    assert planned.returncode == 0, planned.stderr
    said = lines(planned.stdout)
    digest = str(said[-1]["digest"])
    own = {one["path"] for one in said if one["type"] == "own_action"}
    assert len(own) == 2
    assert not own & {one["path"] for one in said if one["type"] == "action"}
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    keys = list(estate.account.writer.read("iam:ListAccessKeys", UserName="nimbus-ops"))
    assert [one["Status"] for one in keys] == ["Active", "Active"], "the operator did not cut itself"

    open_ = estate.handoff("prove", "spec.yaml", "--json")
    assert open_.returncode == 4
    assert "the operator's own way in, left to the client" in open_.stderr
    proofs = {one["proof"] for one in lines(open_.stdout) if one["type"] == "proof"}
    assert proofs == {"proven"}, "positive control: everything else is"

    made = estate.handoff("bundle", "spec.yaml", "--out", "last-step", "--json")
    assert made.returncode == 0, made.stderr
    (summary,) = lines(made.stdout)
    folder = estate.folder / "last-step"
    assert {path.name for path in folder.iterdir()} >= {"plan.json", "README.md", "aws-policy-1.json"}
    assert str(summary["digest"]) in (folder / "README.md").read_text(encoding="utf-8")
    allowed = {action for path in folder.glob("aws-policy-*.json") for one in json.loads(path.read_text())["Statement"] for action in one["Action"]}
    assert {"iam:DeleteAccessKey", "iam:UpdateAccessKey"} <= allowed
    assert not {"s3:PutBucketPolicy", "kms:RevokeGrant", "iam:CreateAccessKey", "*"} & allowed

    itself = estate.handoff("apply", "last-step/plan.json", "--digest", str(summary["digest"]))
    assert itself.returncode == 7, "the operator cannot end itself"
    assert "cannot end itself" in itself.stderr

    client = as_client(estate)
    done = estate.handoff("apply", "last-step/plan.json", "--digest", str(summary["digest"]), **client)
    assert done.returncode == 0, done.stderr
    again = estate.handoff("apply", "last-step/plan.json", "--digest", str(summary["digest"]), "--json", **client)
    assert lines(again.stdout)[-1]["done_now"] == 0
    proof = estate.handoff("prove", "spec.yaml", "--json", **client)
    assert proof.returncode == 0, proof.stderr
    assert own <= {f"{one['kind']}|{one['scope']}|{one['id']}" for one in lines(proof.stdout) if one["type"] == "proof" and one["proof"] == "proven"}
    certified = estate.handoff("certify", "spec.yaml", "--out", "evidence", "--json", **client)
    assert certified.returncode == 0, certified.stderr
    assert lines(certified.stdout)[-1]["verdict"] == "exit proven"
    assert list(estate.account.writer.read("iam:ListAccessKeys", UserName="nimbus-ops")) == []


def test_before_the_rest_is_done_the_last_step_waits_and_a_changed_one_is_refused(estate: AwsEstate) -> None:
    estate.write_lags(soak_s=3600)
    digest = estate.plan()
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 4, "soaking"
    made = lines(estate.handoff("bundle", "spec.yaml", "--out", "last-step", "--json").stdout)[-1]
    client = as_client(estate)
    early = estate.handoff("apply", "last-step/plan.json", "--digest", str(made["digest"]), **client)
    assert early.returncode == 4
    assert "not done yet" in early.stderr
    path = estate.folder / "last-step/plan.json"
    body: Any = json.loads(path.read_text(encoding="utf-8"))
    body["actions"] = body["actions"][:1]
    path.write_text(json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
    changed = estate.handoff("apply", "last-step/plan.json", "--digest", f"sha256:{sha(path)}", **client)
    assert changed.returncode == 7
    assert "is not the last step" in changed.stderr
    assert not [one for one in estate.entries("action.intent") if one["action"].startswith("o")]
    empty = estate.handoff("bundle", "spec.yaml", "--out", "last-step")
    assert empty.returncode != 0, "a bundle is not written over"


def as_client(estate: AwsEstate) -> dict[str, str]:
    """The files of the client's administrator, beside those of the operator."""
    secret: Any = estate.admins[0].material["secret_access_key"]
    text = f"[ada]\naws_access_key_id = {estate.admins[0].material['access_key_id']}\naws_secret_access_key = {secret.reveal()}\n"
    (estate.folder / "client-credentials").write_text(text, encoding="utf-8")
    return {"AWS_SHARED_CREDENTIALS_FILE": str(estate.folder / "client-credentials")}


def sha(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
