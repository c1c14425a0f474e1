"""Vault lock policies of S3 Glacier: once locked, nobody can change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _clues, _glacier, _people, _policy
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class GlacierVaultLock(Item):
    """One principal of one Allow statement of one vault's lock policy. A lock in progress can be aborted as a whole; a locked one lasts as long as the vault."""

    id = KindId("aws.glacier_vault_lock")
    title = "Glacier vault lock policy"
    row = "A19"
    source = "https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-lock-policy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # Glacier gives no figure for how soon an aborted lock is without effect; one minute is our own margin.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/amazonglacier/latest/dev/api-AbortVaultLock.html (read 2026-11-22)")
    reads = _people.MARK_READS | _glacier.READS | {"glacier:GetVaultLock"}
    writes = frozenset({"glacier:AbortVaultLock"})
    fences = frozenset({"glacier:CompleteVaultLock", "glacier:InitiateVaultLock"})
    creates = frozenset({"aws:glacier/vaultLock:VaultLock"})
    blind = "Archives that were retrieved already."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal that a vault's lock policy lets in."""
        marks = _people.Marks(reader)
        for vault, lock in fan.each(lambda vault: (vault, _lock(reader, str(vault["VaultName"]))), _glacier.vaults(reader)):
            for opening in _policy.openings(_document(lock)):
                yield AccessPath(
                    kind=self.id,
                    id=f"{_glacier.native(vault)}#{opening.suffix}",
                    scope=reader.scope,
                    holder=opening.principal,
                    allows=f"{', '.join(str(action) for action in _policy.listed(opening.statement.get('Action')))} on vault {vault['VaultName']}",
                    clues=(*_clues.of_principal(opening.type, opening.principal, opening.conditions), *marks.of(opening.principal)),
                    detail={
                        "vault": vault["VaultName"],
                        "state": (lock or {}).get("State"),
                        "mark": opening.mark,
                        "principal_type": opening.type,
                        "principal": opening.principal,
                    },
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the lock policy, and whether it is locked."""
        lock = _lock(reader, str(path.detail["vault"]))
        found = _policy.find(_document(lock), *(str(path.detail[name]) for name in ("mark", "principal_type", "principal")))
        return {"state": (lock or {}).get("State"), "statements": found} if found else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """A lock begun again has another id and a day of its own."""
        if path.detail["state"] == "Locked":
            return ""
        return f"the lock in progress on vault {path.detail['vault']} is aborted as a whole; begin it again without {path.holder}, under a new lock id"

    def manual_effect(self, path: AccessPath, /) -> str:
        """Glacier has no call that changes a locked policy."""
        if path.detail["state"] != "Locked":
            return ""
        return (
            f"the lock policy of vault {path.detail['vault']} can never be changed: the vault's owner retrieves its archives, stores them elsewhere, deletes "
            f"them and the vault. Until then deny {path.holder} in its own account or by the organization"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Abort, which is no error where nothing is in progress."""
        yield writer.write("glacier:AbortVaultLock", accountId=_glacier.OWN, vaultName=path.detail["vault"], missing_ok=True)


def _lock(reader: Reader, vault: str) -> Json | None:
    return reader.get("glacier:GetVaultLock", accountId=_glacier.OWN, vaultName=vault)


def _document(lock: Json | None) -> Json:
    return _policy.parse(lock["Policy"] if lock else {}, where="vault lock")


KIND: Kind = GlacierVaultLock()
