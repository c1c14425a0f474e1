"""DSSE envelopes with Ed25519 signatures, one per party, and the key files that make and check them.

Keys are PEM files as `openssl` writes them; a fingerprint is the SHA-256 of the public key's DER form:
`openssl pkey -pubin -in FILE.pub -outform DER | sha256sum`.
source: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error as SslibError
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, SSlibKey

from handoff import canonical
from handoff.errors import EvidenceInvalid, MachineError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PARTIES = ("client", "provider")
"""Whose signatures a certificate needs, all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One party's public key."""

    pem: bytes
    fingerprint: str
    """SHA-256 of its DER form, in hexadecimal."""
    keyid: str
    key: Any
    """securesystemslib's own form."""


def new_key(path: Path) -> PublicKey:
    """Make a key pair: the private key in `path` (mode 0600, never replacing a file), the public one in `path` + `.pub`. Raises MachineError."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = _public_pem(private.public_key())
    made: list[Path] = []
    try:
        for target, data, mode in ((path, pem, 0o600), (path.with_name(path.name + ".pub"), public, 0o644)):
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            made.append(target)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
    except OSError as error:
        for target in made:
            target.unlink(missing_ok=True)
        raise MachineError(
            f"{error.filename or path}: the key cannot be written: {error.strerror}", hint="Name a file that is not there yet, in a folder you may write to."
        ) from error
    return read_public(public, name=f"{path}.pub")


def read_public(pem: bytes, *, name: str) -> PublicKey:
    """A public key from PEM text. Raises UsageError for anything but Ed25519."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{name} is not a public key in PEM form", hint="It begins with -----BEGIN PUBLIC KEY-----; `handoff sign --new-key FILE` writes FILE.pub."
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{name} is not an Ed25519 key")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    held = SSlibKey.from_crypto(key)
    return PublicKey(pem=_public_pem(key), fingerprint=hashlib.sha256(der).hexdigest(), keyid=held.keyid, key=held)


def read_private(path: Path) -> CryptoSigner:
    """A signer from a private key file. Raises UsageError, also when others may read the file."""
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{path} holds a private key, but others may read it", hint=f"chmod 600 {path}")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="`handoff sign --new-key FILE` makes a key pair.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path} is not an unencrypted private key in PEM form", hint="`handoff sign --new-key FILE` makes one.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is not an Ed25519 key", hint="`handoff sign --new-key FILE` makes one.")
    return CryptoSigner(key)


def public_of(signer: CryptoSigner) -> PublicKey:
    """The public half of a signer."""
    raw = bytes.fromhex(str(signer.public_key.keyval["public"]))
    return read_public(_public_pem(Ed25519PublicKey.from_public_bytes(raw)), name="key")


def sealed(payload: bytes) -> bytes:
    """An envelope around a statement, not signed yet."""
    return _dump(Envelope(payload, PAYLOAD_TYPE, {}))


def read_envelope(data: bytes, *, name: str) -> Envelope:
    """An envelope from its file. Raises EvidenceInvalid."""
    try:
        envelope = Envelope.from_dict(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SslibError) as error:
        raise EvidenceInvalid(f"{name} is not a DSSE envelope") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise EvidenceInvalid(f"{name} holds {envelope.payload_type!r}, not a statement")
    return envelope


def sign(envelope: Envelope, signer: CryptoSigner) -> bytes:
    """The envelope with one signature more (or the same one again)."""
    envelope.sign(signer)
    return _dump(envelope)


def signed_by(envelope: Envelope, key: PublicKey) -> bool:
    """True when the envelope holds a good signature of this key."""
    signature = envelope.signatures.get(key.keyid)
    if signature is None:
        return False
    try:
        key.key.verify_signature(signature, envelope.pae())
    except UnverifiedSignatureError:
        return False
    return True


def _dump(envelope: Envelope) -> bytes:
    content = envelope.to_dict()
    content["signatures"] = sorted(content["signatures"], key=lambda one: str(one["keyid"]))
    return canonical.encode(content) + b"\n"


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
