"""Private certificate authorities as far as their policies go: authorities are there, active, and issue nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.services import _letting_in
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class PrivateCa(StandIn):
    """Describing an authority of another account is enforced by its policy."""

    service = "acm-pca"

    def CreateCertificateAuthority(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An authority that is active at once."""
        arn = f"arn:aws:acm-pca:{self.account.region}:{self.account.id}:certificate-authority/{uuid4()}"
        made = {"Arn": arn, "OwnerAccount": self.account.id, "Type": p["CertificateAuthorityType"], "Status": "ACTIVE"}
        self.table("authorities")[arn] = {**made, "CreatedAt": datetime.now(UTC).isoformat()}
        return {"CertificateAuthorityArn": arn}

    def ListCertificateAuthorities(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        return {"CertificateAuthorities": [] if p.get("ResourceOwner") == "OTHER_ACCOUNTS" else list(self.table("authorities").values())}

    def DescribeCertificateAuthority(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One authority, of another account too where its policy says so."""
        arn = str(p["CertificateAuthorityArn"])
        there = PrivateCa(self.account.elsewhere(arn.split(":")[4]))
        _letting_in.check(self.account, there.account.id, there.table("policies").get(arn), "acm-pca:DescribeCertificateAuthority", arn)
        return {"CertificateAuthority": there.authority(arn)}

    def DeleteCertificateAuthority(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Deleted, and kept for restoring."""
        self.authority(str(p["CertificateAuthorityArn"]))["Status"] = "DELETED"
        return {}

    def GetPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; not-found when there is none."""
        self._active(p)
        if p["ResourceArn"] not in self.table("policies"):
            raise Fault("ResourceNotFoundException", "the authority has no policy")
        return {"Policy": self.table("policies")[p["ResourceArn"]]}

    def PutPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self._active(p)
        self.table("policies")[p["ResourceArn"]] = p["Policy"]
        return {}

    def DeletePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, if there is one."""
        self._active(p)
        self.table("policies").pop(p["ResourceArn"], None)
        return {}

    def authority(self, arn: str) -> dict[str, Any]:
        """One authority of this account."""
        found: dict[str, Any] | None = self.table("authorities").get(arn)
        if found is None:
            raise Fault("ResourceNotFoundException", f"no authority {arn}")
        return found

    def _active(self, p: Mapping[str, Any]) -> None:
        if self.authority(str(p["ResourceArn"]))["Status"] != "ACTIVE":
            raise Fault("InvalidStateException", "the authority is not active")


STAND_IN = PrivateCa
