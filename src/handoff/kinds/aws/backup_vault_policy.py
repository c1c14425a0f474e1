"""Access policies of backup vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class BackupVaultPolicy(ResourcePolicy):
    """One principal of one Allow statement of one backup vault's access policy."""

    id = KindId("aws.backup_vault_policy")
    title = "Backup vault access policy"
    source = "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Backup gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"backup:GetBackupVaultAccessPolicy", "backup:ListBackupVaults"}
    writes = frozenset({"backup:DeleteBackupVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy"})
    fences = frozenset({"backup:PutBackupVaultAccessPolicy"})
    creates = frozenset({"aws:backup/vaultPolicy:VaultPolicy"})
    blind = "Recovery points that were copied out already, and vaults that are shared by Resource Access Manager."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every vault of the account in the region."""
        for vault in reader.read("backup:ListBackupVaults"):
            name = vault["BackupVaultName"]
            yield Held(id=f"{vault['BackupVaultArn']}@{vault.get('CreationDate') or ''}", name=f"backup vault {name}", params={"BackupVaultName": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The access policy; Backup says not-found where there is none."""
        answer = reader.get("backup:GetBackupVaultAccessPolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The access policy, replaced."""
        return writer.write("backup:PutBackupVaultAccessPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No access policy."""
        return writer.write("backup:DeleteBackupVaultAccessPolicy", **held.params, missing_ok=True)


KIND: Kind = BackupVaultPolicy()
