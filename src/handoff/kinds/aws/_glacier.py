"""Vaults of S3 Glacier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

OWN = "-"
"""How the API names the account that asks."""
READS = frozenset({"glacier:GetDataRetrievalPolicy", "glacier:ListVaults"})


def vaults(reader: Reader) -> Iterator[Json]:
    """Every vault of the region. Glacier refuses accounts that never had storage in it, and says so: they have no vault.

    source: https://docs.aws.amazon.com/amazonglacier/latest/dev/introduction.html (read 2026-11-22)
    """
    if reader.get("glacier:GetDataRetrievalPolicy", accountId=OWN) is not None:
        yield from reader.read("glacier:ListVaults", accountId=OWN)


def native(vault: Json) -> str:
    """A vault's name can be used again, the moment at which it was made cannot."""
    return f"{vault['VaultARN']}@{vault.get('CreationDate') or ''}"
