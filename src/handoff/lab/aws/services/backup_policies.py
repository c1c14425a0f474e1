"""Access policies of backup vaults; the vaults are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class BackupPolicies(StandIn):
    """Not enforced: nothing in the lab copies recovery points between accounts."""

    service = "backup"

    def GetBackupVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; AWS has one error for no vault and for no policy."""
        vault = self._vault(p)
        if p["BackupVaultName"] not in self.table("policies"):
            raise Fault("ResourceNotFoundException", "no access policy is associated with the backup vault")
        return {
            "BackupVaultName": p["BackupVaultName"],
            "BackupVaultArn": vault["BackupVaultArn"],
            "Policy": self.table("policies")[p["BackupVaultName"]],
        }

    def PutBackupVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self._vault(p)
        self.table("policies")[p["BackupVaultName"]] = p["Policy"]
        return {}

    def DeleteBackupVaultAccessPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, if there is one."""
        self._vault(p)
        self.table("policies").pop(p["BackupVaultName"], None)
        return {}

    def _vault(self, p: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's record
        from ministack.services import backup

        found = backup._vaults.get(p["BackupVaultName"])
        if found is None:
            raise Fault("ResourceNotFoundException", "no such backup vault")
        return found


STAND_IN = BackupPolicies
