"""What ministack's IAM leaves out of accounts: one MFA device, the root user's part of the summary, the default version of a policy, requests for delegation."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_REJECTABLE = frozenset({"ACCEPTED", "ASSIGNED", "PENDING_APPROVAL", "UNASSIGNED"})


class IamAccount(StandIn):
    """Users, devices and policies are ministack's; requests are kept here, in the account that is asked."""

    service = "iam"
    regional = False

    def GetMFADevice(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A device that is some user's."""
        from ministack.services import iam

        device = iam._mfa_devices.get(p["SerialNumber"])
        if device is None or device["User"] is None or p.get("UserName") not in (None, device["User"]):
            raise Fault("NoSuchEntity", f"MFA device {p['SerialNumber']} is not this user's.", status=404)
        return {"UserName": device["User"], "SerialNumber": p["SerialNumber"], "EnableDate": device["EnableDate"]}

    def GetAccountSummary(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ministack counts users' devices as the root user's; the root user of the lab has a password and nothing else."""
        del p
        from ministack.services import iam

        of_users = [device for device in iam._mfa_devices.values() if device["User"] is not None]
        counted = {
            "Users": len(iam._users),
            "Groups": len(iam._groups),
            "Roles": len(iam._roles),
            "Policies": len(iam._policies),
            "MFADevices": len(iam._mfa_devices),
            "MFADevicesInUse": len(of_users),
        }
        root = {"AccountMFAEnabled": 0, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0, "AccountPasswordPresent": 1}
        return {"SummaryMap": counted | root}

    def SetDefaultPolicyVersion(self, p: Mapping[str, Any]) -> None:
        """Another version is in force from now on."""
        from ministack.services import iam

        policy = iam._policies.get(p["PolicyArn"])
        if policy is None or p["VersionId"] not in policy["Versions"]:
            raise Fault("NoSuchEntity", f"Policy {p['PolicyArn']} version {p['VersionId']} does not exist.", status=404)
        policy["DefaultVersionId"] = p["VersionId"]
        for version, known in policy["Versions"].items():
            known["IsDefaultVersion"] = version == p["VersionId"]

    def CreateDelegationRequest(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A product provider asks another account."""
        now = datetime.now(UTC).replace(microsecond=0)
        id_, owner = f"dr-{secrets.token_hex(8)}", p.get("OwnerAccountId") or self.account.id
        IamAccount(self.account.elsewhere(owner)).table("delegation")[id_] = {
            "DelegationRequestId": id_,
            "OwnerAccountId": owner,
            "Description": p["Description"],
            "Permissions": p["Permissions"],
            "State": "PENDING_APPROVAL",
            "RequestorId": self.account.id,
            "RequestorName": f"provider {self.account.id}",
            "SessionDuration": p["SessionDuration"],
            "CreateDate": now.isoformat(),
            "ExpirationTime": (now + timedelta(days=7)).isoformat(),
        }
        return {"DelegationRequestId": id_}

    def ListDelegationRequests(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What this account was asked."""
        del p
        return {"DelegationRequests": list(self.table("delegation").values())}

    def GetDelegationRequest(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request."""
        return {"DelegationRequest": self._request(p)}

    def AcceptDelegationRequest(self, p: Mapping[str, Any]) -> None:
        """The owner agrees."""
        self._request(p)["State"] = "ACCEPTED"

    def SendDelegationToken(self, p: Mapping[str, Any]) -> None:
        """The provider has its credentials."""
        request = self._request(p)
        if request["State"] != "ACCEPTED":
            raise Fault("InvalidInput", "only an accepted request can be given", status=400)
        request["State"] = "FINALIZED"

    def RejectDelegationRequest(self, p: Mapping[str, Any]) -> None:
        """Final. source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_RejectDelegationRequest.html (read 2026-11-22)."""
        request = self._request(p)
        if request["State"] not in _REJECTABLE:
            raise Fault("InvalidInput", f"a request that is {request['State']} cannot be rejected", status=400)
        request["State"] = "REJECTED"

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """A policy is named in permissions."""
        return str(p["PolicyArn"]) if op == "SetDefaultPolicyVersion" else "*"

    def _request(self, p: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("delegation").get(p["DelegationRequestId"])
        if found is None:
            raise Fault("NoSuchEntity", f"no delegation request {p['DelegationRequestId']}", status=404)
        return found


STAND_IN = IamAccount
