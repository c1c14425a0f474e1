"""IAM users' SSH keys, signing certificates and service-specific credentials."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_SERVICES = frozenset({"bedrock.amazonaws.com", "cassandra.amazonaws.com", "codecommit.amazonaws.com", "logs.amazonaws.com"})
_AT_MOST = 2
"""Of each sort, for each service, a user may have. source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11-22)"""


class IamCredentials(StandIn):
    """Each sort in a table of its own, by id."""

    service = "iam"
    regional = False

    def UploadSSHPublicKey(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more key of a user."""
        digest = hashlib.md5(p["SSHPublicKeyBody"].encode(), usedforsecurity=False).hexdigest()
        fingerprint = ":".join(digest[at : at + 2] for at in range(0, 32, 2))
        made = self._add("ssh", p["UserName"], "APKA", "SSHPublicKeyId", SSHPublicKeyBody=p["SSHPublicKeyBody"], Fingerprint=fingerprint, UploadDate=_now())
        return {"SSHPublicKey": made}

    def ListSSHPublicKeys(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A user's keys, without their bodies."""
        return {"SSHPublicKeys": [_only(one, "UserName", "SSHPublicKeyId", "Status", "UploadDate") for one in self._of(p["UserName"], "ssh")]}

    def GetSSHPublicKey(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One key."""
        return {"SSHPublicKey": self._one("ssh", p["UserName"], p["SSHPublicKeyId"])}

    def UpdateSSHPublicKey(self, p: Mapping[str, Any]) -> None:
        """The switch."""
        self._one("ssh", p["UserName"], p["SSHPublicKeyId"])["Status"] = p["Status"]

    def DeleteSSHPublicKey(self, p: Mapping[str, Any]) -> None:
        """Gone."""
        self._drop("ssh", p["UserName"], p["SSHPublicKeyId"])

    def UploadSigningCertificate(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more certificate of a user."""
        return {
            "Certificate": self._add("certificates", p["UserName"], "CERTIFICATE", "CertificateId", CertificateBody=p["CertificateBody"], UploadDate=_now())
        }

    def ListSigningCertificates(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A user's certificates."""
        return {"Certificates": self._of(p["UserName"], "certificates")}

    def UpdateSigningCertificate(self, p: Mapping[str, Any]) -> None:
        """The switch."""
        self._one("certificates", p["UserName"], p["CertificateId"])["Status"] = p["Status"]

    def DeleteSigningCertificate(self, p: Mapping[str, Any]) -> None:
        """Gone."""
        self._drop("certificates", p["UserName"], p["CertificateId"])

    def CreateServiceSpecificCredential(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more credential; the password is shown this once and not kept."""
        if p["ServiceName"] not in _SERVICES:
            raise Fault("NotSupportedService", f"{p['ServiceName']} takes no such credentials", status=404)
        name = f"{p['UserName']}-at-{self.account.id}"
        made = self._add("service", p["UserName"], "ACCA", "ServiceSpecificCredentialId", ServiceName=p["ServiceName"], ServiceUserName=name, CreateDate=_now())
        return {"ServiceSpecificCredential": {**made, "ServicePassword": secrets.token_urlsafe(32)}}

    def ListServiceSpecificCredentials(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A user's credentials, of one service when one is named."""
        found = self._of(p["UserName"], "service")
        return {"ServiceSpecificCredentials": [one for one in found if p.get("ServiceName") in (None, one["ServiceName"])]}

    def UpdateServiceSpecificCredential(self, p: Mapping[str, Any]) -> None:
        """The switch."""
        self._one("service", p["UserName"], p["ServiceSpecificCredentialId"])["Status"] = p["Status"]

    def DeleteServiceSpecificCredential(self, p: Mapping[str, Any]) -> None:
        """Gone."""
        self._drop("service", p["UserName"], p["ServiceSpecificCredentialId"])

    def _of(self, user: str, sort: str) -> list[dict[str, Any]]:
        from ministack.services import iam

        if user not in iam._users:
            raise Fault("NoSuchEntity", f"The user with name {user} cannot be found.", status=404)
        return [one for one in self.table(sort).values() if one["UserName"] == user]

    def _one(self, sort: str, user: str, id_: str) -> dict[str, Any]:
        found = next((one for one in self._of(user, sort) if id_ in one.values()), None)
        if found is None:
            raise Fault("NoSuchEntity", f"{user} has no {id_}", status=404)
        return found

    def _add(self, sort: str, user: str, prefix: str, id_name: str, **more: object) -> dict[str, Any]:
        same = [one for one in self._of(user, sort) if one.get("ServiceName") == more.get("ServiceName")]
        if len(same) >= _AT_MOST:
            raise Fault("LimitExceeded", f"{user} has {_AT_MOST} already", status=409)
        id_ = prefix + secrets.token_hex(8).upper()
        self.table(sort)[id_] = {"UserName": user, id_name: id_, "Status": "Active", **more}
        return dict(self.table(sort)[id_])

    def _drop(self, sort: str, user: str, id_: str) -> None:
        self._one(sort, user, id_)
        del self.table(sort)[id_]


def _only(one: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: one[name] for name in names}


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()


STAND_IN = IamCredentials
