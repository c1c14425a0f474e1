"""Access policies of S3 Glacier vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _glacier, _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class GlacierVaultPolicy(ResourcePolicy):
    """One principal of one Allow statement of one vault's access policy."""

    id = KindId("aws.glacier_vault_policy")
    title = "Glacier vault access policy"
    source = "https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-access-policy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Glacier gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | _glacier.READS | {"glacier:GetVaultAccessPolicy"}
    writes = frozenset({"glacier:DeleteVaultAccessPolicy", "glacier:SetVaultAccessPolicy"})
    fences = frozenset({"glacier:SetVaultAccessPolicy"})
    creates = frozenset({"aws:glacier/vault:Vault"})
    blind = "Vault lock policies (see aws.glacier_vault_lock), and retrieval jobs that were started already: their output can be read for 24 hours."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every vault of the region."""
        for vault in _glacier.vaults(reader):
            params = {"accountId": _glacier.OWN, "vaultName": vault["VaultName"]}
            yield Held(id=_glacier.native(vault), name=f"vault {vault['VaultName']}", params=params)

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The access policy; Glacier says not-found where there is none."""
        answer = reader.get("glacier:GetVaultAccessPolicy", **held.params)
        return cast("Json", answer.get("policy") or {}).get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The access policy, replaced."""
        return writer.write("glacier:SetVaultAccessPolicy", **held.params, policy={"Policy": text})

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No access policy."""
        return writer.write("glacier:DeleteVaultAccessPolicy", **held.params, missing_ok=True)


KIND: Kind = GlacierVaultPolicy()
