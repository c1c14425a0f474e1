"""A storage account that is closed to the public and stays in its region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import storage

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE_REDUNDANT = "Standard_ZRS"
"""Copies in the zones of one region; the geo-redundant kinds copy to a paired region, which the residency terms may not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAccountArgs:
    """Which account, and where."""

    account_name: str
    location: str
    group_name: pulumi.Output[str]
    tags: Mapping[str, str]


class SealedAccount(pulumi.ComponentResource):
    """The account with the settings without which it must not exist."""

    def __init__(self, name: str, args: SealedAccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:SealedAccount", name, None, opts)
        account = storage.StorageAccount(
            name,
            account_name=args.account_name,
            resource_group_name=args.group_name,
            location=args.location,
            kind="StorageV2",
            sku={"name": ZONE_REDUNDANT},
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.account_id: pulumi.Output[str] = account.id
        self.account_name: pulumi.Output[str] = account.name
        self.register_outputs({"accountId": self.account_id, "accountName": self.account_name})
