"""Who did what: the subscription's activity log, searchable for a year and kept in an account of the client's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization, monitor, operationalinsights

from stacks.components.azure.sealed_account import SealedAccount, SealedAccountArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.components.azure.data_key import DataKey

RETENTION_DAYS = 365
CATEGORIES = ("Administrative", "Alert", "Policy", "Security", "ServiceHealth")
"""source: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One resource whose own log goes to the workspace."""

    resource_id: pulumi.Output[str]
    log: Mapping[str, str]
    """`category` or `category_group`, and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogArgs:
    """Where it goes."""

    subscription: str
    workspace_name: str
    account_name: str
    location: str
    group_name: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
    watched: Mapping[str, Watched]
    """What else is logged, by name."""
    key: DataKey
    tags: Mapping[str, str]


class AuditLog(pulumi.ComponentResource):
    """A locked workspace, an account, and the settings that send the activity log to both and the logs of single resources to the workspace."""

    def __init__(self, name: str, args: AuditLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:AuditLog", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        workspace = operationalinsights.Workspace(
            name,
            workspace_name=args.workspace_name,
            resource_group_name=args.group_name,
            location=args.location,
            sku={"name": "PerGB2018"},
            retention_in_days=RETENTION_DAYS,
            tags=args.tags,
            opts=inside,
        )
        account = SealedAccount(
            name,
            SealedAccountArgs(
                account_name=args.account_name,
                location=args.location,
                group_name=args.group_name,
                subnet_id=args.subnet_id,
                account_keys=False,
                key=args.key,
                tags=args.tags,
            ),
            inside,
        )
        monitor.DiagnosticSetting(
            name,
            name="handoff-audit",
            resource_uri=f"/subscriptions/{args.subscription}",
            workspace_id=workspace.id,
            storage_account_id=account.account_id,
            logs=[{"category": category, "enabled": True} for category in CATEGORIES],
            opts=inside,
        )
        for what, one in args.watched.items():
            monitor.DiagnosticSetting(
                f"{name}-{what}",
                name="handoff-audit",
                resource_uri=one.resource_id,
                workspace_id=workspace.id,
                logs=[{**one.log, "enabled": True}],
                opts=inside,
            )
        authorization.ManagementLockByScope(
            name,
            lock_name="kept",
            scope=workspace.id,
            level="CanNotDelete",
            notes="The audit log is the client's; the lock goes before the workspace does.",
            opts=inside,
        )
        self.workspace_id: pulumi.Output[str] = workspace.id
        self.account_name: pulumi.Output[str] = account.account_name
        self.register_outputs({"workspaceId": self.workspace_id, "accountName": self.account_name})
