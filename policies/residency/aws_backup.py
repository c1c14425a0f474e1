"""AWS Backup, EBS snapshots, images and lifecycle policies: where they copy to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import followed, judged
from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_copies import KEPT, accounts, arn_region, from_region, own_region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

PLAN = "aws:backup/plan:Plan"
VAULTS = ("aws:backup/vault:Vault", "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault")
LIFECYCLE = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
SOURCES: Mapping[str, str] = {"aws:ebs/snapshotCopy:SnapshotCopy": "sourceRegion", "aws:ec2/amiCopy:AmiCopy": "sourceAmiRegion"}
COPIES = "rules[*].copyActions[*].destinationVaultArn"
TARGETS = "rules[*].targetVaultName"
LIFECYCLE_TARGETS = (
    "policyDetails.schedules[*].crossRegionCopyRules[*].target",
    "policyDetails.schedules[*].crossRegionCopyRules[*].targetRegion",
    "policyDetails.action.crossRegionCopies[*].target",
)
SHARED = "policyDetails.schedules[*].shareRule.targetAccounts[*]"
COPIES_TO = "copies backups to"


def plan(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every copy action ends in a vault that lies where copies may, in an account of the client's."""
    destinations = list(resource.each(COPIES))
    for at, value in destinations:
        if value is not UNKNOWN:
            yield from followed(resource, stack, context, at, COPIES_TO)
    later = [at for at, value in destinations if value is UNKNOWN]
    if later:
        yield from _made(resource, stack, context, later[0])


def _made(resource: Resource, stack: Stack, context: Context, at: str) -> Iterator[Finding]:
    """Copies to vaults that are known by reference only. The plan's target vaults are linked by the same property, and lie in the plan's own region."""
    vaults = [one for one in stack.linked(resource, at) if one.type in VAULTS]
    targets = [value for _, value in resource.each(TARGETS)]
    named = {value for value in targets if isinstance(value, str)}
    candidates = [one for one in vaults if not (isinstance(one.get("name"), str) and one.get("name") in named)]
    away = [one for one in candidates if own_region(one) != own_region(resource)]
    spare = candidates if not any(value is UNKNOWN for value in targets) else candidates[1:]
    if not away and not spare:
        yield unknown(f"which vault it copies to {LATER}, and it is made from none of this stack but its own", at)
    for one in away or spare:
        yield from judged(resource, context, own_region(one), at, f"{COPIES_TO} {one.name} in")


def snapshot(resource: Resource, context: Context) -> Iterator[Finding]:
    """A snapshot or an image that is copied from another region."""
    path = SOURCES[resource.type]
    for at, region in resource.each(path):
        yield from from_region(resource, context, region, at)


def lifecycle(resource: Resource, context: Context) -> Iterator[Finding]:
    """Copies that a schedule or an event makes, and accounts that a schedule shares its snapshots with."""
    for path in LIFECYCLE_TARGETS:
        for at, target in resource.each(path):
            yield from judged(resource, context, arn_region(target) or target, at, "copies snapshots to")
    yield from accounts(resource, context, SHARED, "shares snapshots with")


CONTROLS = (
    Control(
        id="residency-aws-backup-copies",
        title="Backup plans copy to vaults of the client in the allowed regions",
        why="A copy action sends every recovery point of the plan to another vault, which may lie in any region or account.",
        fix="Set rules[*].copyActions[*].destinationVaultArn to a vault of the client inside residency or dr_residency.",
        blind="Copy jobs that are started by hand, and plans that another stack or an organization's backup policy makes.",
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R017",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={PLAN: (COPIES, TARGETS)},
        looks_at=dict.fromkeys(VAULTS, ("name",)),
        evaluate_linked=plan,
        snippet="""\
import pulumi_aws as aws

vault = aws.backup.Vault("records", name="records")
aws.backup.Plan(
    "daily",
    name="daily",
    rules=[
        {
            "rule_name": "daily",
            "target_vault_name": vault.name,
            "schedule": "cron(0 2 * * ? *)",
            "copy_actions": [{"destination_vault_arn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:records-copy"}],
        }
    ],
)
""",
    ),
    Control(
        id="residency-aws-snapshot-copy",
        title="Snapshots and images are copied between allowed regions only",
        why="A snapshot or an image holds whole disks, and the copy is made in the region of the resource itself.",
        fix="Set region (or the provider's) and sourceRegion, for images sourceAmiRegion, to regions inside residency or dr_residency.",
        blind="Whether an image of another region is public and holds no data of the client.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R018",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={one: (path,) for one, path in SOURCES.items()},
        evaluate=snapshot,
        snippet="""\
import pulumi_aws as aws

aws.ebs.SnapshotCopy("records", region="eu-central-1", source_region="eu-west-1", source_snapshot_id="snap-0a0a0a0a0a0a0a0a0", encrypted=True)
""",
    ),
    Control(
        id="residency-aws-dlm-copies",
        title="Lifecycle policies copy and share snapshots inside the allowed regions and accounts",
        why="A lifecycle policy goes on copying and sharing every new snapshot, long after anybody looks at it.",
        fix="Set target (or targetRegion) of each copy to a region inside residency or dr_residency, and share with accounts of the client only.",
        blind="Snapshots that were copied or shared before, and default policies of the account that Pulumi does not manage.",
        source="https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R019",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={LIFECYCLE: (*LIFECYCLE_TARGETS, SHARED)},
        evaluate=lifecycle,
        snippet="""\
import pulumi_aws as aws

aws.dlm.LifecyclePolicy(
    "daily",
    description="Daily snapshots",
    execution_role_arn="arn:aws:iam::111111111111:role/acme-dlm",
    policy_details={
        "resource_types": ["VOLUME"],
        "target_tags": {"backup": "daily"},
        "schedules": [
            {
                "name": "daily",
                "create_rule": {"interval": 24},
                "retain_rule": {"count": 14},
                "cross_region_copy_rules": [{"target": "eu-central-1", "encrypted": True, "retain_rule": {"interval": 14, "interval_unit": "DAYS"}}],
            }
        ],
    },
)
""",
    ),
)
