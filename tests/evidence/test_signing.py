from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from handoff.errors import EvidenceInvalid, MachineError, UsageError
from handoff.evidence import signing

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_key_is_private_from_its_first_byte_and_never_replaces_one(tmp_path: Path) -> None:
    key = signing.new_key(tmp_path / "client")
    assert (tmp_path / "client").stat().st_mode & 0o777 == 0o600
    assert signing.public_of(signing.read_private(tmp_path / "client")) == key
    assert signing.read_public((tmp_path / "client.pub").read_bytes(), name="client.pub") == key
    before = (tmp_path / "client").read_bytes()
    with pytest.raises(MachineError, match="client"):
        signing.new_key(tmp_path / "client")
    assert (tmp_path / "client").read_bytes() == before
    (tmp_path / "other.pub").write_text("in the way")
    with pytest.raises(MachineError):
        signing.new_key(tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_the_fingerprint_is_the_one_that_openssl_gives(tmp_path: Path) -> None:
    key = signing.new_key(tmp_path / "client")
    shown = subprocess.run("openssl pkey -pubin -in client.pub -outform DER | sha256sum", shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S602
    assert shown.stdout.split()[0] == key.fingerprint


def test_a_signature_holds_for_its_payload_and_key_only(tmp_path: Path) -> None:
    client, other = signing.new_key(tmp_path / "client"), signing.new_key(tmp_path / "other")
    envelope = signing.read_envelope(signing.sealed(b"statement"), name="e")
    assert not signing.signed_by(envelope, client)
    signed = signing.sign(envelope, signing.read_private(tmp_path / "client"))
    envelope = signing.read_envelope(signed, name="e")
    assert signing.signed_by(envelope, client)
    assert not signing.signed_by(envelope, other)
    envelope.payload = b"another"
    assert not signing.signed_by(envelope, client)


def test_files_that_are_no_keys_are_refused(tmp_path: Path) -> None:
    signing.new_key(tmp_path / "open")
    (tmp_path / "open").chmod(0o644)
    with pytest.raises(UsageError, match="others may read it"):
        signing.read_private(tmp_path / "open")
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = curve.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, data in (("curve", pem), ("text", b"hello"), ("public", public)):
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
        with pytest.raises(UsageError, match=name):
            signing.read_private(tmp_path / name)
    for data in (public, b"hello", b""):
        with pytest.raises(UsageError, match=r"x\.pub"):
            signing.read_public(data, name="x.pub")
    with pytest.raises(UsageError, match="nothing"):
        signing.read_private(tmp_path / "nothing")


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"payload": 1, "payloadType": "x", "signatures": 3}', b'{"payload": "", "payloadType": "text/plain", "signatures": []}', b"\xff"],
)
def test_what_is_no_envelope_is_invalid(data: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        signing.read_envelope(data, name="e")
