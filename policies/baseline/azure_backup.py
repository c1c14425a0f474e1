"""Backups in Recovery Services: kept, under the client's key, and safe from whoever wants them gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, as_number, is_one_of, own_key

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

VAULT = "azure-native:recoveryservices:Vault"
POLICY = "azure-native:recoveryservices:ProtectionPolicy"
DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}
FULL = frozenset({"full", "copyonlyfull", "snapshotfull", "snapshotcopyonlyfull"})
"""Kinds of a workload's backups that restore by themselves; logs and differences may go earlier."""
PLAIN = ("properties.retentionPolicy", "properties.vaultRetentionPolicy.vaultRetention")
WORKLOAD = "properties.subProtectionPolicy[*]"
SCHEDULES = ("dailySchedule.retentionDuration", "weeklySchedule.retentionDuration", "retentionDuration")
"""Where the retention stands; the first that is set is how long an ordinary backup is kept."""
_IMMUTABLE = is_one_of(
    "properties.securitySettings.immutabilitySettings.state", ("Unlocked", "Locked"), "lets backups be deleted before their time", default="Disabled"
)
_SHUT = shapes.closed("answers every network", public="properties.publicNetworkAccess")


def vault(resource: Resource, context: Context) -> Iterator[Finding]:
    """A vault is closed and, until the exit, immutable."""
    yield from _SHUT(resource, context)
    if context.engagement.term.phase != "exit":
        yield from _IMMUTABLE(resource, context)


def retention(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every policy that makes whole backups keeps them as long as the spec asks."""
    found = [(path, resource.get(path)) for path in PLAIN]
    found += [(f"{at}.retentionPolicy", _of_workload(one)) for at, one in resource.each(WORKLOAD)]
    found = [(at, one) for at, one in found if one is not None]
    if not found:
        yield fail("does not say how long backups are kept", "properties")
    wanted = context.engagement.requirements.backup_retention.days
    for at, one in found:
        where, days = _kept(one)
        path = f"{at}.{where}" if where else at
        if isinstance(days, Unknown):
            yield unknown(f"how long backups are kept {LATER}", path)
        elif days is None:
            yield fail("does not say how long backups are kept", path)
        elif days < wanted:
            yield fail(f"keeps backups for {days:g} days, and {wanted} are asked for", path)


def _of_workload(policy: object) -> object:
    """The retention of one of a workload's policies; None when it does not make whole backups."""
    if not isinstance(policy, Mapping):
        return policy
    kind = policy.get("policyType")
    if kind is UNKNOWN:
        return UNKNOWN
    return policy.get("retentionPolicy", {}) if isinstance(kind, str) and kind.lower() in FULL else None


def _kept(policy: object) -> tuple[str, float | Unknown | None]:
    """Where a retention policy says how long, and how many days that is."""
    if policy is UNKNOWN:
        return "", UNKNOWN
    for path in SCHEDULES:
        value: object = policy
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else value
        if isinstance(value, Unknown):
            return path, UNKNOWN
        if isinstance(value, Mapping):
            count, unit = value.get("count"), value.get("durationType")
            if UNKNOWN in (count, unit):
                return path, UNKNOWN
            number = as_number(count)
            return path, number * DAYS.get(str(unit).lower(), 0) if number is not None else None
    return "", None


_MAPS = Maps(nist="SC-12", hipaa="308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="~C1.1 A1.2", iso="A.8.13")
CONTROLS = (
    Control(
        id="azure-backup-vault",
        title="Backup vaults are immutable until the exit and closed to public networks",
        why="Whoever leaves in anger, or breaks in, deletes the backups first.",
        fix="Set properties.securitySettings.immutabilitySettings.state to Unlocked or Locked, and properties.publicNetworkAccess to Disabled.",
        blind="Who may unlock a vault that is not Locked.",
        source="https://learn.microsoft.com/azure/backup/backup-azure-immutable-vault-concept (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("Z42",),
        maps=_MAPS,
        reads={VAULT: ("properties.securitySettings.immutabilitySettings.state", "properties.publicNetworkAccess")},
        evaluate=vault,
        snippet="""\
from pulumi_azure_native import recoveryservices

recoveryservices.Vault(
    "backups",
    resource_group_name="acme-prod",
    sku={"name": "RS0", "tier": "Standard"},
    properties={"public_network_access": "Disabled", "security_settings": {"immutability_settings": {"state": "Unlocked"}}},
)
""",
    ),
    Control(
        id="azure-backup-encryption",
        title="Backup vaults are encrypted with a key of the client's vault",
        why="Only a key that the client owns lets the client end the provider's reading of backups too.",
        fix="Set properties.encryption.keyVaultProperties.keyUri to the key of the client's vault, before the first backup.",
        blind="Whose vault an address outside the stack belongs to.",
        source="https://learn.microsoft.com/azure/backup/encryption-at-rest-with-cmk (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("Z42",),
        maps=_MAPS,
        reads={VAULT: ("properties.encryption.keyVaultProperties.keyUri",)},
        evaluate_linked=own_key("properties.encryption.keyVaultProperties.keyUri", "names no key, so the service's own is used"),
        snippet="""\
from pulumi_azure_native import recoveryservices

recoveryservices.Vault(
    "backups",
    resource_group_name="acme-prod",
    sku={"name": "RS0", "tier": "Standard"},
    properties={"encryption": {"key_vault_properties": {"key_uri": "https://acme-prod.vault.azure.net/keys/backups"}}},
)
""",
    ),
    Control(
        id="azure-backup-retention",
        title="Backup policies keep backups as long as the spec asks",
        why="What was damaged long before anybody noticed can be returned only from a backup that is old enough.",
        fix="Set the retentionDuration of properties.retentionPolicy (of its dailySchedule, if it has one) to the days of requirements.backup_retention.",
        blind="Whether anything is protected by the policy, and backups of the newer kind, in Backup vaults of DataProtection.",
        source="https://learn.microsoft.com/azure/backup/backup-architecture (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("Z43",),
        maps=Maps(nist="CP-9", hipaa="308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        reads={POLICY: (*PLAIN, WORKLOAD)},
        evaluate=retention,
        snippet="""\
from pulumi_azure_native import recoveryservices

recoveryservices.ProtectionPolicy(
    "machines",
    resource_group_name="acme-prod",
    vault_name="backups",
    properties=recoveryservices.AzureIaaSVMProtectionPolicyArgs(
        backup_management_type="AzureIaasVM",
        retention_policy=recoveryservices.LongTermRetentionPolicyArgs(
            retention_policy_type="LongTermRetentionPolicy",
            daily_schedule={"retention_duration": {"count": 35, "duration_type": "Days"}},
        ),
    ),
)
""",
    ),
)
