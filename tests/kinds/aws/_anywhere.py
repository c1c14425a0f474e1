"""IAM Roles Anywhere in an account of a test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handoff.model import Login
from tests.kinds.aws._account import Account


@cache
def authority(name: str, mail: str = "") -> str:
    """A certificate that signs itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, f"{name} root")]
    parts += [x509.NameAttribute(NameOID.EMAIL_ADDRESS, mail)] if mail else []
    subject, now = x509.Name(parts), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def anchor(account: Account, name: str, **tags: str) -> str:
    """Its ARN. A tag `seen` stands for a certificate of that subject that came in."""
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": authority(name)}}
    given = [{"key": key, "value": value} for key, value in tags.items()]
    _, answer = account.regional.write_for("rolesanywhere:CreateTrustAnchor", name=name, source=source, enabled=True, tags=given)
    made: Any = answer["trustAnchor"]
    return str(made["trustAnchorArn"])


def profile(account: Account, name: str, *roles: str, **tags: str) -> str:
    """Its ARN."""
    given = [{"key": key, "value": value} for key, value in tags.items()]
    _, answer = account.regional.write_for("rolesanywhere:CreateProfile", name=name, roleArns=list(roles), enabled=True, tags=given)
    made: Any = answer["profile"]
    return str(made["profileArn"])


def role(account: Account, name: str) -> str:
    """A role that Roles Anywhere may become, and somebody of the account, so that a session can be had."""
    service = {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": "sts:AssumeRole"}
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"}, "Action": "sts:AssumeRole"}
    return account.role(name, service, own)


def session(account: Account, name: str) -> Login:
    """A session of the role, minted now."""
    minted: Login = account.cloud.mint(account.scope, account.user("mint"), {"op": "sts:AssumeRole", "role_arn": f"arn:aws:iam::{account.id}:role/{name}"})
    return minted
