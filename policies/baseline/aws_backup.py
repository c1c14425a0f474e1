"""AWS Backup: often enough, long enough, locked, and under the client's key."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, as_number, has, is_at_least, own_key

from ._aws_schedule import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

VAULT = "aws:backup/vault:Vault"
AIR_GAPPED = "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SENSITIVE = frozenset({"confidential", "restricted"})
DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"
"""What the service takes when a rule has none. source: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html (read 2026-11-22)"""
CONTINUOUS_DAYS = 35
"""How long continuous backups last at most. source: https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html (read 2026-11-22)"""
KEYS = {VAULT: "kmsKeyArn", AIR_GAPPED: "encryptionKeyArn"}


def kept_days(context: Context) -> float:
    """The days that the spec has backups kept."""
    return math.ceil(context.engagement.requirements.backup_retention / timedelta(days=1))


def keyed(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The vault's key is the client's."""
    yield from own_key(KEYS[resource.type], "is not encrypted with a key of the client's")(resource, stack, context)


LEAST = is_at_least("minRetentionDays", kept_days, "lets backups go too early")
LOCKED = has(LOCK, "backupVaultName", "has no lock: whoever may delete backups can", identity="name", rule=LEAST)


def locked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Vaults of regulated or sensitive data keep backups from deletion; also in the exit phase, when backups are the client's last copy."""
    named = context.engagement.requirements.frameworks
    if not named and not any(one.sensitivity in SENSITIVE for one in context.classes(resource)):
        yield not_applicable("the spec names no framework, and no confidential or restricted data")
    elif resource.type == AIR_GAPPED:
        yield from LEAST(resource, context)
    else:
        yield from LOCKED(resource, stack, context)


def planned(resource: Resource, context: Context) -> Iterator[Finding]:
    """Some rule runs as often as the recovery point asks, and each keeps what it makes."""
    rules = [at for at, _ in resource.each("rules[*]")]
    if not rules:
        yield fail("has no rule", "rules")
        return
    yield from often(resource, context, rules)
    yield from long(resource, context, rules)


def often(resource: Resource, context: Context, rules: list[str]) -> Iterator[Finding]:
    """The rule that runs most often meets the recovery point."""
    asked = context.engagement.requirements.recovery_point
    slow: list[tuple[timedelta, str]] = []
    unsure: list[Finding] = []
    for at in rules:
        path, schedule = f"{at}.schedule", resource.get(f"{at}.schedule")
        apart = interval(schedule or DEFAULT_SCHEDULE) if isinstance(schedule, str | None) else None
        if isinstance(schedule, Unknown):
            unsure.append(unknown(f"when it backs up {LATER}", path))
        elif apart is None:
            unsure.append(unknown(f"how often it backs up cannot be read from {schedule!r}", path))
        elif apart <= asked:
            return
        elif resource.get(f"{at}.enableContinuousBackup") in (None, False, "false"):
            slow.append((apart, path))
        else:
            unsure.append(unknown(f"backs up every {apart} and meets recovery_point {asked} only for services with continuous backups", path))
    if unsure:
        yield from unsure
    elif slow:
        apart, path = min(slow)
        yield fail(f"backs up only every {apart}, and recovery_point is {asked}", path)


def long(resource: Resource, context: Context, rules: list[str]) -> Iterator[Finding]:
    """Every rule keeps its backups long enough; continuous ones as long as the service can, if another rule keeps the rest."""
    asked = kept_days(context)
    whole, quiet = False, True
    for at in rules:
        path = f"{at}.lifecycle.deleteAfter"
        value = resource.get(path)
        days = math.inf if value is None else as_number(value)
        continuous = resource.get(f"{at}.enableContinuousBackup") in (True, "true")
        if value is UNKNOWN:
            quiet = False
            yield unknown(f"how long it keeps backups {LATER}", path)
        elif days is None or days < (min(asked, CONTINUOUS_DAYS) if continuous else asked):
            quiet = False
            yield fail(f"deletes backups after {value} days, and backup_retention is {asked:g}", path)
        else:
            whole = whole or (days >= asked and not (continuous and asked > CONTINUOUS_DAYS))
    if quiet and not whole:
        yield fail(f"keeps continuous backups only, which end after {CONTINUOUS_DAYS} days, and backup_retention is {asked:g}", "rules")


VAULT_SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("backups", description="Backups", enable_key_rotation=True)
vault = aws.backup.Vault("records", name="records", kms_key_arn=key.arn)
aws.backup.VaultLockConfiguration("records", backup_vault_name=vault.name, min_retention_days=35)
"""

CONTROLS = (
    Control(
        id="aws-backup-key",
        title="Backup vaults are encrypted with a key of the client's",
        why="A backup is a full copy of the data. Its key decides who can restore it elsewhere.",
        fix="Set kmsKeyArn (encryptionKeyArn on air-gapped vaults) to a key of the client's. The key is chosen when the vault is made.",
        blind="Backups of services that keep the encryption of their source instead of the vault's.",
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A47",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="PI1.5", iso="A.8.24"),
        reads={VAULT: ("kmsKeyArn",), AIR_GAPPED: ("encryptionKeyArn",)},
        evaluate_linked=keyed,
        snippet=VAULT_SNIPPET,
    ),
    Control(
        id="aws-backup-lock",
        title="Vaults of regulated or sensitive data are locked for the retention time",
        why="Without a lock, whoever takes the data away can take its backups away too.",
        fix="Add a VaultLockConfiguration with the vault as backupVaultName and minRetentionDays of at least the spec's backup_retention.",
        blind="A lock without changeableForDays is in governance mode, which an administrator of backups can lift.",
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("A48",),
        maps=Maps(nist="~CP-9 SI-12", hipaa="~312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="~C1.1 A1.2", iso="A.8.13"),
        reads={VAULT: ("name",), AIR_GAPPED: ("minRetentionDays",)},
        looks_at={LOCK: ("backupVaultName", "minRetentionDays")},
        evaluate_linked=locked,
        snippet=VAULT_SNIPPET,
    ),
    Control(
        id="aws-backup-plan",
        title="Backup plans run within the recovery point and keep what they make",
        why="Everything written since the last backup is lost with the store, and so is everything whose backup has expired.",
        fix="Give one rule a schedule no further apart than recovery_point, and every rule a lifecycle.deleteAfter of backup_retention or more.",
        blind="Which resources the plan selects, how long a backup job takes, and the lifecycle of copies in other vaults.",
        source="https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("A49",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="PI1.5", iso="A.8.13"),
        reads={PLAN: ("rules[*].schedule", "rules[*].lifecycle.deleteAfter", "rules[*].enableContinuousBackup")},
        evaluate=planned,
        snippet="""\
import pulumi_aws as aws

aws.backup.Plan(
    "records",
    rules=[
        {
            "rule_name": "hourly",
            "target_vault_name": "records",
            "schedule": "cron(0 * ? * * *)",
            "lifecycle": {"delete_after": 35},
        }
    ],
)
""",
    ),
)
