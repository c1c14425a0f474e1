"""S3 Glacier: vaults, their access policies and locks. No archives."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Glacier(StandIn):
    """Policies are kept and not enforced."""

    service = "glacier"

    def CreateVault(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Idempotent, as the service's is."""
        arn = f"arn:aws:glacier:{self.account.region}:{self.account.id}:vaults/{p['vaultName']}"
        vault = {"VaultARN": arn, "VaultName": p["vaultName"], "CreationDate": _now(), "NumberOfArchives": 0, "SizeInBytes": 0}
        self.table("vaults").setdefault(p["vaultName"], vault)
        return {"location": f"/{self.account.id}/vaults/{p['vaultName']}"}

    def ListVaults(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        self._in_use()
        return {"VaultList": list(self.table("vaults").values())}

    def GetDataRetrievalPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The default."""
        self._in_use()
        return {"Policy": {"Rules": [{"Strategy": "FreeTier"}]}}

    def GetVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy, or that there is none."""
        return {"policy": {"Policy": self._found("policies", p)}}

    def SetVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self._found("vaults", p)
        self.table("policies")[p["vaultName"]] = p["policy"]["Policy"]
        return {}

    def DeleteVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, if there is one."""
        self._found("vaults", p)
        self.table("policies").pop(p["vaultName"], None)
        return {}

    def InitiateVaultLock(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Begins a lock, which has a day to be completed."""
        self._found("vaults", p)
        if p["vaultName"] in self.table("locks"):
            raise Fault("InvalidParameterValueException", "a lock is in progress or complete")
        made, ends = uuid.uuid4().hex, (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        lock = {"Policy": p["policy"]["Policy"], "State": "InProgress", "CreationDate": _now(), "ExpirationDate": ends}
        self.table("locks")[p["vaultName"]] = lock
        self.table("ids")[p["vaultName"]] = made
        return {"lockId": made}

    def CompleteVaultLock(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """For good."""
        if self.table("ids").get(p["vaultName"]) != p["lockId"]:
            raise Fault("InvalidParameterValueException", "no such lock id")
        lock = self._found("locks", p)
        self.table("locks")[p["vaultName"]] = {name: value for name, value in lock.items() if name != "ExpirationDate"} | {"State": "Locked"}
        return {}

    def GetVaultLock(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The lock, or that there is none."""
        found: Mapping[str, Any] = self._found("locks", p)
        return found

    def AbortVaultLock(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nothing to abort is no error; a complete lock is."""
        if self.table("locks").get(p["vaultName"], {}).get("State") == "Locked":
            raise Fault("AccessDeniedException", "the vault is locked", status=403)
        self.table("locks").pop(p["vaultName"], None)
        return {}

    def _found(self, table: str, p: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a record of the table
        found = self.table(table).get(p["vaultName"])
        if found is None:
            raise Fault("ResourceNotFoundException", f"{table}: nothing for vault {p['vaultName']}", status=404)
        return found

    def _in_use(self) -> None:
        if not self.table("vaults"):
            raise Fault("NoLongerSupportedException", "This API is no longer supported for new accounts. Please use Amazon S3 Glacier storage classes instead.")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


STAND_IN = Glacier
