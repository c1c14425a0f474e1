"""Backups of everything that carries the engagement's tag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import backup, iam

from stacks.components.aws import statements

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT_DAYS = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsArgs:
    """How often, with which key, and what."""

    base_name: str
    role_name: str
    arn_partition: str
    recovery_point: timedelta
    key_arn: pulumi.Output[str]
    disposable: bool
    engagement_id: str
    """Value of the tag `engagement-id` that selects what is backed up."""
    tags: Mapping[str, str]


class Backups(pulumi.ComponentResource):
    """A vault under the client's key, and a plan at least as frequent as the promised recovery point."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:Backups", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        vault = backup.Vault(name, name=args.base_name, kms_key_arn=args.key_arn, force_destroy=args.disposable, tags=args.tags, opts=inside)
        rule = {
            "rule_name": "recovery-point",
            "target_vault_name": vault.name,
            "schedule": schedule(args.recovery_point),
            "lifecycle": {"delete_after": KEPT_DAYS},
        }
        plan = backup.Plan(name, name=args.base_name, rules=[rule], tags=args.tags, opts=inside)
        role = iam.Role(
            name,
            name=args.role_name,
            description="What AWS Backup works with",
            assume_role_policy=statements.service_trust("backup.amazonaws.com"),
            tags=args.tags,
            opts=inside,
        )
        iam.RolePolicyAttachment(
            name,
            role=role.name,
            policy_arn=f"arn:{args.arn_partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
            opts=inside,
        )
        backup.Selection(
            name,
            name=args.base_name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            selection_tags=[{"type": "STRINGEQUALS", "key": "engagement-id", "value": args.engagement_id}],
            opts=inside,
        )
        self.vault_name: pulumi.Output[str] = vault.name
        self.register_outputs({"vaultName": self.vault_name})


def schedule(recovery_point: timedelta) -> str:
    """When to back up so that no more than the recovery point is lost; hourly is the most that AWS Backup does."""
    hours = int(recovery_point / timedelta(hours=1))
    if hours >= 24:
        return "cron(0 3 * * ? *)"
    every = max(one for one in (1, 2, 3, 4, 6, 8, 12) if one <= max(hours, 1))
    return "cron(0 * * * ? *)" if every == 1 else f"cron(0 0/{every} * * ? *)"
