"""Whose word the account takes: issuers of tokens, of assertions and of certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Way
from handoff.model import KindId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

_METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.nimbus.example/saml"><IDPSSODescriptor/></EntityDescriptor>'
_LEAST = 1000
"""Characters that IAM wants of a metadata document. source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html (read 2026-11-22)"""


def open_all(site: Site) -> Iterator[Way]:
    """One of each, marked by the provider's tag: an address alone is nobody's."""
    key, value = sites.TAG
    tags = [{"Key": key, "Value": value}]
    about = {"Url": f"https://{sites.ISSUER}", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a" * 40]}
    arn = sites.made(site.home, "iam:CreateOpenIDConnectProvider", "OpenIDConnectProviderArn", **about, Tags=tags)
    yield Way(kind=KindId("aws.oidc_provider"), marks=(arn,), text="the provider's build system as an issuer of tokens")
    padded = f"{_METADATA}<!--{'x' * _LEAST}-->"
    arn = sites.made(site.home, "iam:CreateSAMLProvider", "SAMLProviderArn", Name="nimbus-sso", SAMLMetadataDocument=padded, Tags=tags)
    yield Way(kind=KindId("aws.saml_provider"), marks=("nimbus-sso",), text="the provider's single sign-on as an issuer of assertions")
    anchor = sites.made(
        site.region,
        "rolesanywhere:CreateTrustAnchor",
        "trustAnchor",
        "trustAnchorArn",
        name="nimbus-machines",
        source={"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": _authority()}},
        enabled=True,
        tags=[{"key": key, "value": value}],
    )
    yield Way(kind=KindId("aws.rolesanywhere_trust_anchor"), marks=(anchor,), text="the provider's certificate authority as a trust anchor")


def _authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nimbus machines")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
