from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from handoff.lab import jwt


def claims(**more: object) -> dict[str, object]:
    return {"iss": "https://issuer.example", "aud": "us", "sub": "me", "exp": time.time() + 60, **more}


def test_a_signed_token_verifies_against_the_published_keys() -> None:
    signer, other = jwt.Signer.make(), jwt.Signer.make()
    token = signer.sign(claims())
    published = {**jwt.public_keys(other.jwks()), **jwt.public_keys(signer.jwks())}
    assert jwt.verify(token, published, audience=("us", "them"), issuer="https://issuer.example")["sub"] == "me"
    assert jwt.peek(token)["sub"] == "me"


@pytest.mark.parametrize(
    ("reason", "changed", "expected"),
    [("expired", {"exp": 1}, {}), ("audience", {}, {"audience": "them"}), ("issuer", {}, {"issuer": "https://other.example"})],
)
def test_a_token_is_refused_for_its_reason(reason: str, changed: dict[str, object], expected: dict[str, str]) -> None:
    signer = jwt.Signer.make()
    with pytest.raises(jwt.TokenRefused) as caught:
        jwt.verify(signer.sign(claims(**changed)), jwt.public_keys(signer.jwks()), **{"audience": "us", "issuer": "https://issuer.example", **expected})
    assert caught.value.reason == reason


def test_a_forged_token_a_token_without_end_and_no_token_are_refused() -> None:
    signer = jwt.Signer.make()
    published = jwt.public_keys(signer.jwks())
    forged = jwt.Signer(key=jwt.Signer.make().key, kid=signer.kid).sign(claims())
    endless = signer.sign({k: v for k, v in claims().items() if k != "exp"})
    for token, reason in ((forged, "signature"), (endless, "signature"), ("none", "malformed")):
        with pytest.raises(jwt.TokenRefused) as caught:
            jwt.verify(token, published, audience="us")
        assert caught.value.reason == reason
    assert jwt.verify(signer.sign(claims()), published, audience="us")["sub"] == "me"


def test_a_kept_key_is_the_same_after_a_restart_and_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "key.pem"
    first = jwt.Signer.kept(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert jwt.Signer.kept(path).kid == first.kid
    assert jwt.verify(jwt.Signer.kept(path).sign(claims()), first.key.public_key(), audience="us")["sub"] == "me"
