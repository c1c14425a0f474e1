from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from handoff import spec as specs
from handoff.errors import EstateMoved, EvidenceInvalid, MachineError, UsageError
from handoff.evidence import certificate, readable
from handoff.model import Outcome, Party, Read, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from handoff.evidence.state import StateFolder

    Tell = Callable[..., str]
    Certify = Callable[..., dict[str, Any]]

KEPT = (("AKIACLIENT", Party.CLIENT),)


def test_a_whole_exit_is_proven_and_says_on_what(told: Tell, certify: Certify, tmp_path: Path) -> None:
    run = told()
    said = certify()
    assert (said["verdict"], said["remains"], said["run"]) == ("exit proven", [], run)
    hidden, ops = said["paths"]
    assert (hidden["id"], hidden["verdict"], hidden["canaries"]) == ("AKIAHIDDEN", "proven", [])
    assert [one["state"] for one in ops["actions"]] == ["done", "done"]
    assert ops["actions"][0]["requests"] == [{"op": "iam:UpdateAccessKey", "request_id": "req-a00002", "applied": True}]
    assert ops["canaries"][0]["tried"]["outcome"] == "refused"
    assert ops["cut_at"] < ops["not_before"] <= ops["probed_at"]
    assert said["environment"]["kind"] == "lab"
    assert said["environment"]["shown_only_on_stand_ins"] == ["AWS: an emulator (ministack), not AWS"]
    assert "1 of 2 paths were proven by listing and probe only: no credential of that path was given to try" in said["residuals"]
    assert "no approval by the provider is in the ledger" in said["residuals"]
    assert not any("client" in one for one in said["residuals"])
    statement = json.loads((tmp_path / "evidence/statement.json").read_bytes())
    assert (statement["_type"], statement["predicateType"], statement["predicate"]) == (
        "https://in-toto.io/Statement/v1",
        "https://handoff.example/exit/v1",
        said,
    )
    assert {"ledger.jsonl", "plan.json", "spec.yaml", "certificate.md", "VERIFY.md"} < {one["name"] for one in statement["subject"]}
    assert readable.objection(said) is None


@pytest.mark.parametrize(
    ("changes", "verdict", "why"),
    [
        ({"probe": Verdict.ALIVE}, "paths remain", "the probe said alive"),
        ({"probe": Verdict.UNKNOWN}, "paths remain", "the probe said unknown"),
        ({"canary": Outcome.WORKED}, "paths remain", "it still works"),
        ({"canary": Outcome.UNKNOWN}, "paths remain", "no clear answer"),
        ({"control": None}, "paths remain", "no credential of the client's worked beside it"),
        ({"control": Outcome.UNKNOWN}, "paths remain", "no credential of the client's worked beside it"),
        ({"own": ("AKIAOPS",)}, "paths remain", "the operator's own way in"),
        ({"not_done": ("a00004",)}, "paths remain", "its actions are not all done"),
        ({"rolled_back": ("a00001",)}, "paths remain", "its actions are not all done"),
        ({"after": (("AKIAOPS", Party.PROVIDER), *KEPT)}, "paths remain", "the last sweep still shows it"),
        ({"after": (("AKIANEW", Party.PROVIDER), *KEPT)}, "paths remain", "not in the plan"),
        ({"after": (("AKIANEW", Party.UNKNOWN), *KEPT)}, "paths remain", "not in the plan"),
        ({"later": (("AKIAOPS", Party.PROVIDER), *KEPT)}, "paths remain", "seen in a sweep after the proof"),
        ({"loose": ("session-1",)}, "paths remain", "canary session-1: not shown to be dead"),
        ({"probed_after_s": -3.0}, "paths remain", "probed before its lag had passed"),
        ({"read_after": Read.DENIED}, "coverage incomplete", "AccessDenied iam:ListAccessKeys"),
        ({"read_after": Read.FAILED, "probe": Verdict.ALIVE}, "coverage incomplete", "failed"),
    ],
)
def test_nothing_is_rounded_up(told: Tell, certify: Certify, changes: dict[str, Any], verdict: str, why: str) -> None:
    told(**changes)
    said = certify()
    assert said["verdict"] == verdict
    assert any(why in one for one in said["remains"]), said["remains"]
    error = readable.objection(said)
    assert error is not None
    assert error.exit_code == (3 if verdict == "coverage incomplete" else 4)
    assert why in error.message


@pytest.mark.parametrize("lie", [{"proof": "proven", "reasons": [], "probe": "gone"}, {"trials": []}])
def test_the_word_of_a_proof_entry_is_not_believed(told: Tell, certify: Certify, lie: dict[str, Any]) -> None:
    told(after=(("AKIAOPS", Party.PROVIDER), *KEPT), probe=Verdict.ALIVE, lie=lie)
    assert certify()["verdict"] == "paths remain"


def test_without_a_round_of_proof_nothing_is_proven(told: Tell, certify: Certify, state: StateFolder) -> None:
    told()
    lines = state.ledger.read_bytes().splitlines(keepends=True)
    assert b"proof.finished" in lines[-1]
    state.ledger.write_bytes(b"".join(lines[:-1]))
    said = certify()
    assert said["verdict"] == "paths remain"
    assert "no finished round of proof is in the ledger" in said["remains"]


def test_later_sweeps_that_show_nothing_do_no_harm(told: Tell, certify: Certify) -> None:
    told(later=KEPT)
    assert certify()["verdict"] == "exit proven"


def test_the_same_records_give_the_same_bytes(told: Tell, certify: Certify, state: StateFolder, tmp_path: Path) -> None:
    told()
    ledger = state.ledger.read_bytes()
    certify(name="one")
    assert b"certificate.made" in state.ledger.read_bytes()
    state.ledger.write_bytes(ledger)
    certify(name="two")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) > 6
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


def test_what_cannot_be_certified_is_said(told: Tell, certify: Certify, state: StateFolder, spec_path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="knows no plan"):
        certify()
    told()
    with pytest.raises(UsageError, match="run-000000000000"):
        certify("run-000000000000")
    with pytest.raises(EstateMoved, match="spec"):
        certificate.build(state, specs.load(spec_path).engagement, spec_path.read_bytes() + b"# more\n", None, tmp_path / "evidence")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/mine").write_text("")
    with pytest.raises(MachineError, match="already"):
        certify()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence", "state"]


def test_a_changed_sweep_or_ledger_is_not_certified(told: Tell, certify: Certify, state: StateFolder, tmp_path: Path) -> None:
    told()
    sweep = next(state.sweeps.iterdir())
    good = sweep.read_bytes()
    sweep.write_bytes(good.replace(b"AKIA", b"AKIB"))
    with pytest.raises(EvidenceInvalid, match=sweep.name):
        certify()
    sweep.write_bytes(good)
    ledger = state.ledger.read_bytes()
    state.ledger.write_bytes(ledger.replace(b"req-a00001", b"req-a00009"))
    with pytest.raises(EvidenceInvalid, match="line"):
        certify()
    assert not (tmp_path / "evidence").exists()
    state.ledger.write_bytes(ledger)
    certify()
