"""Device certificates of AWS IoT: whoever has the private key connects."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cryptography import x509

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_ON = "ACTIVE"
# Certificates in these states let nobody connect.
_SHUT = frozenset({"INACTIVE", "REVOKED", "PENDING_TRANSFER"})


class IotCertificate(Item):
    """One certificate. It is switched off and not deleted: deleting needs its policies and things detached, which would lose what it was for."""

    id = KindId("aws.iot_certificate")
    title = "AWS IoT device certificate"
    row = "A34"
    source = "https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # "Within a few minutes of updating a certificate from the ACTIVE state to any other state, IoT disconnects all devices that used that certificate".
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html (read 2026-11-22)")
    reads = frozenset({"iot:DescribeCertificate", "iot:ListCertificates"})
    writes = frozenset({"iot:UpdateCertificate"})
    fences = frozenset(
        {
            "iot:AcceptCertificateTransfer",
            "iot:CreateCertificateFromCsr",
            "iot:CreateKeysAndCertificate",
            "iot:RegisterCACertificate",
            "iot:RegisterCertificate",
            "iot:RegisterCertificateWithoutCA",
            "iot:RegisterThing",
            "iot:UpdateCACertificate",
            "iot:UpdateCertificate",
        }
    )
    creates = frozenset({"aws:iot/caCertificate:CaCertificate", "aws:iot/certificate:Certificate"})
    blind = "Who has the private key; certificate authorities that register devices by themselves, and custom authorizers; what a certificate may do (aws.iot_policy)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every certificate that devices can connect with, or could as soon as it is activated by itself."""
        ids = (str(one["certificateId"]) for one in reader.read("iot:ListCertificates") if one["status"] not in _SHUT)
        for one in fan.each(lambda certificate: _certificate(reader, certificate), ids):
            if one is None:
                continue
            name, clues = _subject(str(one.get("certificatePem") or ""))
            previous = str(one.get("previousOwnedBy") or "")
            yield AccessPath(
                kind=self.id,
                id=str(one["certificateArn"]),
                scope=reader.scope,
                holder=f"whoever has the private key of {name or one['certificateId']}",
                allows="connect to AWS IoT with what the policies of the certificate allow",
                clues=(*clues, *(((Clue.AWS_ACCOUNT, previous),) if previous not in {"", reader.scope.id} else ())),
                detail={"certificate": one["certificateId"], "status": one["status"]},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Its state."""
        one = _certificate(reader, str(path.detail["certificate"]))
        return {"status": one["status"]} if one else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the state."""
        return f"certificate {path.detail['certificate']} is set INACTIVE and its devices are disconnected; undone by setting it {_ON}"

    def is_off(self, state: Json, /) -> bool:
        """Only an active certificate, or one that activates itself, lets anybody connect."""
        return state["status"] in _SHUT

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Set inactive."""
        yield writer.write("iot:UpdateCertificate", certificateId=path.detail["certificate"], newStatus="INACTIVE", missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Set active; the state in which AWS waits for a first connection cannot be set again."""
        yield writer.write("iot:UpdateCertificate", certificateId=path.detail["certificate"], newStatus=_ON)


def _certificate(reader: Reader, certificate: str) -> Json | None:
    answer = reader.get("iot:DescribeCertificate", certificateId=certificate)
    return cast("Json", answer["certificateDescription"]) if answer else None


def _subject(pem: str) -> tuple[str, tuple[tuple[Clue, str], ...]]:
    """Subject and issuer, as far as they can be read: a name in a certificate is whatever its maker wrote."""
    try:
        read = x509.load_pem_x509_certificate(pem.encode())
        subject, issuer = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
    except ValueError:
        return "", ()
    return subject, (*_marks.of_texts(subject, issuer), (Clue.NAME, subject), (Clue.NAME, f"issued by {issuer}"))


KIND: Kind = IotCertificate()
