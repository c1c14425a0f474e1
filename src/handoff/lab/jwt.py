"""Signed tokens for the stand-ins: RS256 key making and keeping, signing, checking, and the JWKS that others check with."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Jwks = dict[str, list[dict[str, Any]]]
ALGORITHM = "RS256"


class TokenRefused(Exception):
    """A token that is malformed, forged, expired, or meant for somebody else; `reason` is one word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One RSA key with its id."""

    key: RSAPrivateKey
    kid: str

    @classmethod
    def make(cls) -> Signer:
        """A new 2048-bit key."""
        return cls.of(generate_private_key(public_exponent=65537, key_size=2048))

    @classmethod
    def of(cls, key: RSAPrivateKey) -> Signer:
        """A signer over an existing key; the id is derived from the public half, so it is the same after a restart."""
        return cls(key=key, kid=key_id(key.public_key()))

    @classmethod
    def kept(cls, path: Path) -> Signer:
        """The key in this file (PEM), made with mode 0600 when there is none yet."""
        if path.exists():
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if not isinstance(key, RSAPrivateKey):
                raise TypeError(f"{path} holds no RSA key")
            return cls.of(key)
        signer = cls.make()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(signer.pem())
        return signer

    def pem(self) -> str:
        """The private key as PKCS#8 PEM."""
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode("ascii")

    def sign(self, claims: Mapping[str, object], *, headers: Mapping[str, object] | None = None) -> str:
        """A compact JWS over the claims, with this key's id in the header."""
        return jwt.encode(dict(claims), self.key, algorithm=ALGORITHM, headers={"kid": self.kid, **(headers or {})})

    def jwks(self) -> Jwks:
        """The public half as a JSON Web Key Set."""
        return jwks([self.key.public_key()])


def key_id(key: RSAPublicKey) -> str:
    """A stable id of a public key: the first 40 hex digits of the SHA-256 of its DER form."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:40]


def jwks(keys: Iterable[RSAPublicKey]) -> Jwks:
    """A JSON Web Key Set of these keys."""
    return {"keys": [{**RSAAlgorithm.to_jwk(key, as_dict=True), "use": "sig", "alg": ALGORITHM, "kid": key_id(key)} for key in keys]}


def public_keys(key_set: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
    """The RSA keys of a JWKS by their ids; entries of other types are left out."""
    found: dict[str, RSAPublicKey] = {}
    for entry in key_set.get("keys", []):
        if entry.get("kty") == "RSA":
            key = RSAAlgorithm.from_jwk(json.dumps(entry))
            if isinstance(key, RSAPrivateKey):
                key = key.public_key()
            found[str(entry.get("kid") or key_id(key))] = key
    return found


def peek(token: str) -> dict[str, Any]:
    """The claims, unchecked: only to learn whose key to check with."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.PyJWTError as error:
        raise TokenRefused("malformed", str(error)) from error


def verify(
    token: str,
    keys: Mapping[str, RSAPublicKey] | RSAPublicKey,
    *,
    audience: str | Iterable[str] | None = None,
    issuer: str | None = None,
    leeway_s: float = 0,
) -> dict[str, Any]:
    """The claims of a token whose signature, times, audience and issuer hold; else TokenRefused.

    With several keys the one named in the header is taken; a header without a key id is tried against all of them.
    """
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused("malformed", str(error)) from error
    if isinstance(keys, RSAPublicKey):
        candidates = [keys]
    elif header.get("kid"):
        candidates = [keys[header["kid"]]] if header["kid"] in keys else []
    else:
        candidates = list(keys.values())
    last: TokenRefused = TokenRefused("signature", "no known key has signed this token")
    for key in candidates:
        try:
            return _decode(token, key, audience=audience, issuer=issuer, leeway_s=leeway_s)
        except TokenRefused as error:
            last = error
    raise last


def _decode(token: str, key: RSAPublicKey, *, audience: str | Iterable[str] | None, issuer: str | None, leeway_s: float) -> dict[str, Any]:
    wanted = list(audience) if audience is not None and not isinstance(audience, str) else audience
    try:
        return dict(
            jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM, "PS256"],
                audience=wanted,
                issuer=issuer,
                leeway=leeway_s,
                options={"require": ["exp"], "verify_aud": audience is not None},
            )
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused("expired", str(error)) from error
    except jwt.InvalidAudienceError as error:
        raise TokenRefused("audience", str(error)) from error
    except jwt.InvalidIssuerError as error:
        raise TokenRefused("issuer", str(error)) from error
    except jwt.PyJWTError as error:
        raise TokenRefused("signature", str(error)) from error
