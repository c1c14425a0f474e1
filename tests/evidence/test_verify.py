from __future__ import annotations

import base64
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from handoff import canonical
from handoff.errors import EvidenceInvalid, UsageError
from handoff.evidence import signing
from handoff.evidence.bundle import Bundle
from handoff.evidence.verify import Report, sign, verify
from handoff.model import Party, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from handoff.evidence.signing import PublicKey


def failed(report: Report) -> dict[str, str]:
    return {check.name: check.detail for check in report.checks if not check.passed}


def test_a_signed_bundle_verifies_with_keys_given_and_without(signed: Bundle, keys: dict[str, PublicKey]) -> None:
    given = verify(signed, keys)
    assert (failed(given), given.warnings, given.predicate["verdict"]) == ({}, (), "exit proven")
    alone = verify(signed, {})
    assert failed(alone) == {}
    assert len(alone.warnings) == 2
    assert keys["client"].fingerprint in alone.warnings[0]
    assert "not who signed" in alone.warnings[0]


def test_both_parties_have_to_sign(told: Callable[..., str], certify: Callable[..., Any], keys: dict[str, PublicKey], tmp_path: Path) -> None:
    told()
    certify()
    made = Bundle.at(tmp_path / "evidence")
    assert failed(verify(made, {})).keys() == {"signature client", "signature provider"}
    provider = signing.read_private(tmp_path / "provider.key")
    sign(made, provider, "provider")
    assert failed(verify(made, {})).keys() == {"signature client"}
    with pytest.raises(UsageError, match="its own"):
        sign(made, provider, "client")
    with pytest.raises(UsageError, match="another key"):
        sign(made, signing.read_private(tmp_path / "client.key"), "provider")
    sign(made, signing.read_private(tmp_path / "client.key"), "client")
    sign(made, provider, "provider")
    assert verify(made, keys).valid


def test_one_key_copied_to_both_names_is_one_signature(signed: Bundle) -> None:
    shutil.copy(signed.path / "keys/client.pub", signed.path / "keys/provider.pub")
    assert "two parties need two keys" in failed(verify(signed, {}))["signature provider"]


def test_somebody_else_signing_is_seen_when_keys_are_given(signed: Bundle, keys: dict[str, PublicKey], tmp_path: Path) -> None:
    """A forger replaces signatures and keys: the bundle alone cannot show it, the parties' own keys do."""
    payload = (signed.path / "statement.json").read_bytes()
    (signed.path / "certificate.dsse.json").write_bytes(signing.sealed(payload))
    for party in keys:
        (signed.path / f"keys/{party}.pub").unlink()
        signing.new_key(tmp_path / f"forged-{party}")
        sign(signed, signing.read_private(tmp_path / f"forged-{party}"), party)
    assert verify(signed, {}).valid
    report = verify(signed, keys)
    assert failed(report).keys() == {"signature client", "signature provider"}
    for party in keys:
        (signed.path / f"keys/{party}.pub").unlink()
    assert "no good signature" in failed(verify(signed, keys))["signature client"]


def test_a_change_in_any_file_is_found_and_the_file_named(signed: Bundle, keys: dict[str, PublicKey]) -> None:
    names = [path for path in sorted(signed.path.rglob("*")) if path.is_file()]
    assert len(names) >= 11
    for path in names:
        good = path.read_bytes()
        for at in {0, len(good) // 3, len(good) - 2}:
            data = bytearray(good)
            data[at] ^= 1
            path.write_bytes(data)
            for given in (keys, {}):
                report = verify(signed, given)
                assert any(path.name in detail for detail in failed(report).values()) or path.name == "certificate.dsse.json", (path, at, failed(report))
                assert not report.valid, (path, at)
        path.unlink()
        if path.parent.name != "keys":
            assert path.name in " ".join(failed(verify(signed, keys)).values())
        path.write_bytes(good)
    assert verify(signed, keys).valid


def test_a_file_too_many_or_a_link_is_found(signed: Bundle, keys: dict[str, PublicKey]) -> None:
    (signed.path / "keys/notes.txt").write_text("x")
    assert "notes.txt: was not signed for" in failed(verify(signed, keys))["files"]
    (signed.path / "keys/notes.txt").unlink()
    assert verify(signed, keys).valid
    (signed.path / "plan.json").rename(signed.path.parent / "plan.json")
    (signed.path / "plan.json").symlink_to(signed.path.parent / "plan.json")
    assert "plan.json" in failed(verify(signed, keys))["files"]


def forge(made: Bundle, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the statement and have both parties sign it: only the records speak against it."""
    content = json.loads((made.path / "statement.json").read_bytes())
    change(content)
    payload = canonical.encode(content)
    (made.path / "statement.json").write_bytes(payload)
    envelope = signing.read_envelope(signing.sealed(payload), name="envelope")
    for party in signing.PARTIES:
        (made.path / "certificate.dsse.json").write_bytes(signing.sign(envelope, signing.read_private(tmp_path / f"{party}.key")))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda content: content["predicate"].update(verdict="exit proven", remains=[]), "verdict"),
        (lambda content: content["predicate"]["paths"].pop(), "verdict"),
        (lambda content: content["predicate"]["environment"].update(kind="cloud", shown_only_on_stand_ins=[]), "verdict"),
        (lambda content: content["predicate"]["declared"].update(clouds=[]), "spec"),
        (lambda content: content["predicate"]["ledger"].update(count=3), "ledger"),
        (lambda content: content["predicate"]["plan"].update(digest="sha256:" + "0" * 64), "plan"),
        (lambda content: content["predicate"].pop("ledger"), "ledger"),
        (lambda content: content["subject"].pop(), "files"),
    ],
)
def test_a_statement_that_does_not_follow_from_the_records_is_refused_although_both_signed(
    told: Callable[..., str], certify: Callable[..., Any], keys: dict[str, PublicKey], tmp_path: Path, change: Callable[[dict[str, Any]], None], check: str
) -> None:
    told(probe=Verdict.ALIVE)
    certify()
    made = Bundle.at(tmp_path / "evidence")
    forge(made, tmp_path, lambda content: None)
    assert verify(made, keys).valid
    assert verify(made, keys).predicate["verdict"] == "paths remain"
    forge(made, tmp_path, change)
    report = verify(made, keys)
    assert check in failed(report), failed(report)
    assert "signature client" not in failed(report)


def test_what_does_not_verify_is_not_signed(told: Callable[..., str], certify: Callable[..., Any], keys: dict[str, PublicKey], tmp_path: Path) -> None:
    told()
    certify()
    made = Bundle.at(tmp_path / "evidence")
    before = (made.path / "certificate.dsse.json").read_bytes()
    (made.path / "ledger.jsonl").write_bytes((made.path / "ledger.jsonl").read_bytes()[:-100])
    with pytest.raises(EvidenceInvalid, match=r"ledger\.jsonl"):
        sign(made, signing.read_private(tmp_path / "client.key"), "client")
    assert (made.path / "certificate.dsse.json").read_bytes() == before


def test_garbage_is_told_apart_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no certificate"):
        Bundle.at(tmp_path)
    (tmp_path / "certificate.dsse.json").write_text("[]")
    (tmp_path / "statement.json").write_text("{}")
    assert "envelope" in failed(verify(Bundle.at(tmp_path / "certificate.dsse.json"), {}))
    for payload in (b"{}", b"[1]", b"\xff", b'{"_type":"https://in-toto.io/Statement/v1"}'):
        (tmp_path / "certificate.dsse.json").write_bytes(signing.sealed(payload))
        (tmp_path / "statement.json").write_bytes(payload)
        assert "is not a statement" in failed(verify(Bundle.at(tmp_path), {}))["envelope"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_openssl_agrees_with_the_signatures(signed: Bundle, tmp_path: Path) -> None:
    payload = (signed.path / "statement.json").read_bytes()
    (tmp_path / "pae").write_bytes(b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(payload), payload))
    good: set[str] = set()
    for one in json.loads((signed.path / "certificate.dsse.json").read_bytes())["signatures"]:
        (tmp_path / "sig").write_bytes(base64.b64decode(one["sig"]))
        for key in (signed.path / "keys").iterdir():
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin", "-in", str(tmp_path / "pae"), "-sigfile", str(tmp_path / "sig")]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                good.add(key.name)
    assert good == {"client.pub", "provider.pub"}


def test_hostile_names_do_not_break_the_readable_text(told: Callable[..., str], certify: Callable[..., Any], tmp_path: Path) -> None:
    told(before=(("AKIA|x\n# Verdict: exit proven <b>", Party.PROVIDER),))
    certify()
    text = (tmp_path / "evidence/certificate.md").read_text()
    assert "\n# Verdict" not in text
    assert "AKIA\\|x # Verdict: exit proven \\<b\\>" in text
