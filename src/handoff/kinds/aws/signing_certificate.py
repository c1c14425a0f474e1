"""X.509 signing certificates of IAM users, with which old SOAP interfaces and tools sign."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _people, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SigningCertificate(Item):
    """One certificate of one IAM user; the private key may be on any machine."""

    id = KindId("aws.signing_certificate")
    title = "IAM user's X.509 signing certificate"
    row = "A4"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSigningCertificate.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=0,
        source="https://hackingthe.cloud/aws/post_exploitation/iam_persistence_eventual_consistency/ (read 2026-11-22)",
    )
    reads = _people.READS | {"iam:GetUser", "iam:ListSigningCertificates"}
    writes = frozenset({"iam:DeleteSigningCertificate", "iam:UpdateSigningCertificate"})
    fences = frozenset({"iam:UpdateSigningCertificate", "iam:UploadSigningCertificate"})
    creates = frozenset({"aws:iam/signingCertificate:SigningCertificate"})
    blind = "Certificates of the root user (A13 says whether there are any)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every certificate of every user."""
        listed = fan.each(lambda user: (user, list(reader.read("iam:ListSigningCertificates", UserName=user["UserName"]))), _people.users(reader))
        for user, certificates in listed:
            for certificate in certificates:
                yield AccessPath(
                    kind=self.id,
                    id=str(certificate["CertificateId"]),
                    scope=reader.scope,
                    holder=str(user["Arn"]),
                    allows=f"sign requests as IAM user {user['UserName']}",
                    clues=_people.clues(user),
                    detail={"user_name": user["UserName"], "status": certificate["Status"], "uploaded": certificate.get("UploadDate")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Status and fingerprint; there is no call for one certificate."""
        name = path.detail["user_name"]
        if reader.get("iam:GetUser", UserName=name) is None:
            return None
        found = (one for one in reader.read("iam:ListSigningCertificates", UserName=name) if one["CertificateId"] == path.id)
        certificate = next(found, None)
        if certificate is None:
            return None
        return {"status": certificate["Status"], "sha256": hashlib.sha256(str(certificate["CertificateBody"]).strip().encode()).hexdigest()}

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the certificate's status."""
        return f"signing certificate {path.id} of {path.detail['user_name']} is set inactive; undone by setting it active"

    def delete_effect(self, path: AccessPath, /) -> str:
        """An uploaded certificate gets a new id."""
        return f"signing certificate {path.id} is deleted; the same one uploaded again gets another id"

    def is_off(self, state: Json, /) -> bool:
        """Inactive and expired certificates are refused."""
        return state["status"] != "Active"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Set inactive."""
        yield writer.write("iam:UpdateSigningCertificate", UserName=path.detail["user_name"], CertificateId=path.id, Status="Inactive")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Set active."""
        yield writer.write("iam:UpdateSigningCertificate", UserName=path.detail["user_name"], CertificateId=path.id, Status="Active")

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("iam:DeleteSigningCertificate", UserName=path.detail["user_name"], CertificateId=path.id, missing_ok=True)


KIND: Kind = SigningCertificate()
