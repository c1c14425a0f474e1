"""IAM Identity Center: instances, permission sets, assignments, trusted token issuers."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SsoAdmin(StandIn):
    """Assignments are made and taken away at once, where AWS takes a while."""

    service = "sso-admin"

    def CreateInstance(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An instance with an identity store of its own; one for each account."""
        if self.table("instances"):
            raise Fault("ConflictException", "the account has an instance", status=400)
        id_ = secrets.token_hex(8)
        arn = f"arn:aws:sso:::instance/ssoins-{id_}"
        self.table("instances")[arn] = {
            "InstanceArn": arn,
            "IdentityStoreId": f"d-{id_[:10]}",
            "OwnerAccountId": self.account.id,
            "Name": p.get("Name", ""),
            "Status": "ACTIVE",
            "CreatedDate": _now(),
        }
        return {"InstanceArn": arn}

    def DeleteInstance(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With all that is in it."""
        self._instance(p)
        del self.table("instances")[p["InstanceArn"]]
        return {}

    def ListInstances(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's own; of an organization's, members see the name only and are not shown any here."""
        del p
        return {"Instances": list(self.table("instances").values())}

    def CreatePermissionSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A set without permissions."""
        self._instance(p)
        arn = f"{p['InstanceArn'].replace('instance', 'permissionSet', 1)}/ps-{secrets.token_hex(8)}"
        self.table("sets")[arn] = {"Name": p["Name"], "PermissionSetArn": arn, "SessionDuration": p.get("SessionDuration", "PT1H"), "CreatedDate": _now()}
        return {"PermissionSet": self.table("sets")[arn]}

    def ListPermissionSets(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Their ARNs."""
        self._instance(p)
        return {"PermissionSets": list(self.table("sets"))}

    def DescribePermissionSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One set."""
        return {"PermissionSet": self._set(p)}

    def CreateAccountAssignment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One that is there already is no error."""
        self._set(p)
        self.table("assignments")[_key(p)] = _assignment(p)
        return {"AccountAssignmentCreationStatus": _done(p)}

    def DeleteAccountAssignment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One that is not there is an error."""
        self._set(p)
        if self.table("assignments").pop(_key(p), None) is None:
            raise Fault("ResourceNotFoundException", "no such assignment", status=400)
        return {"AccountAssignmentDeletionStatus": _done(p)}

    def ListAccountAssignments(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one set in one account."""
        self._set(p)
        wanted = (p["AccountId"], p["PermissionSetArn"])
        return {"AccountAssignments": [one for one in self.table("assignments").values() if (one["AccountId"], one["PermissionSetArn"]) == wanted]}

    def ListAccountAssignmentsForPrincipal(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one user or group."""
        self._instance(p)
        account = (p.get("Filter") or {}).get("AccountId")
        found = [one for one in self.table("assignments").values() if one["PrincipalId"] == p["PrincipalId"]]
        return {"AccountAssignments": [one for one in found if account in (None, one["AccountId"])]}

    def ListAccountsForProvisionedPermissionSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Where anybody is assigned it."""
        self._set(p)
        return {"AccountIds": sorted({one["AccountId"] for one in self.table("assignments").values() if one["PermissionSetArn"] == p["PermissionSetArn"]})}

    def CreateTrustedTokenIssuer(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One issuer."""
        self._instance(p)
        arn = f"arn:aws:sso::{self.account.id}:trustedTokenIssuer/{p['InstanceArn'].rsplit('/', 1)[-1]}/tti-{uuid.uuid4()}"
        kept = ("Name", "TrustedTokenIssuerType", "TrustedTokenIssuerConfiguration")
        self.table("issuers")[arn] = {"TrustedTokenIssuerArn": arn} | {name: p[name] for name in kept}
        return {"TrustedTokenIssuerArn": arn}

    def ListTrustedTokenIssuers(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without their addresses."""
        self._instance(p)
        shown = ("TrustedTokenIssuerArn", "Name", "TrustedTokenIssuerType")
        return {"TrustedTokenIssuers": [{name: one[name] for name in shown} for one in self.table("issuers").values()]}

    def DescribeTrustedTokenIssuer(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its address."""
        found: dict[str, Any] | None = self.table("issuers").get(p["TrustedTokenIssuerArn"])
        if found is None:
            raise Fault("ResourceNotFoundException", "no such issuer", status=400)
        return found

    def DeleteTrustedTokenIssuer(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Gone."""
        self.DescribeTrustedTokenIssuer(p)
        del self.table("issuers")[p["TrustedTokenIssuerArn"]]
        return {}

    def _instance(self, p: Mapping[str, Any]) -> None:
        if p["InstanceArn"] not in self.table("instances"):
            raise Fault("ResourceNotFoundException", "no such instance", status=400)

    def _set(self, p: Mapping[str, Any]) -> dict[str, Any]:
        self._instance(p)
        found: dict[str, Any] | None = self.table("sets").get(p["PermissionSetArn"])
        if found is None:
            raise Fault("ResourceNotFoundException", "no such permission set", status=400)
        return found


def _key(p: Mapping[str, Any]) -> str:
    return f"{p['PermissionSetArn']} {p['TargetId']} {p['PrincipalType']} {p['PrincipalId']}"


def _assignment(p: Mapping[str, Any]) -> dict[str, Any]:
    return {"AccountId": p["TargetId"]} | {name: p[name] for name in ("PermissionSetArn", "PrincipalType", "PrincipalId")}


def _done(p: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: p[name] for name in ("TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")}
    return {"Status": "SUCCEEDED", "RequestId": str(uuid.uuid4()), **named}


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()


STAND_IN = SsoAdmin
