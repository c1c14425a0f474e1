"""Locks on what must outlast a mistake: logs, keys and backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BY_SCOPE = "azure-native:authorization:ManagementLockByScope"
OF_GROUP = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
OF_SUBSCRIPTION = "azure-native:authorization:ManagementLockAtSubscriptionLevel"
OF_RESOURCE = "azure-native:authorization:ManagementLockAtResourceLevel"
NAMED_BY = {
    BY_SCOPE: "scope",
    OF_GROUP: "resourceGroupName",
    OF_RESOURCE: "resourceName",
}
"""Which property of a lock says what it holds."""
OWN_NAME = {
    "azure-native:operationalinsights:Workspace": "workspaceName",
    "azure-native:keyvault:Vault": "vaultName",
    "azure-native:recoveryservices:Vault": "vaultName",
}
"""What has to be locked, and the property with its name."""
HOLDING = frozenset({"cannotdelete", "readonly"})


def locked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A lock holds the resource, its group or its subscription; not in the exit phase, when things have to go."""
    if context.engagement.term.phase == "exit":
        yield not_applicable("in the exit phase locks give way to what the exit plan deletes")
        return
    unsure = False
    for lock in stack.of(BY_SCOPE, OF_GROUP, OF_RESOURCE, OF_SUBSCRIPTION):
        level = lock.get("level")
        if level is not UNKNOWN and str(level).lower() not in HOLDING:
            continue
        holds = _holds(lock, resource)
        if holds is True and level is not UNKNOWN:
            return
        unsure = unsure or holds is not False
    if unsure:
        yield unknown("whether a lock holds it is not known before the update")
    else:
        yield fail("has no lock against deletion, nor has its resource group or subscription")


def _holds(lock: Resource, resource: Resource) -> bool | Unknown:
    """Whether a lock holds the resource, by what links them or by name."""
    if lock.type == OF_SUBSCRIPTION:
        return True
    path = NAMED_BY[lock.type]
    made_from = lock.links.get(path, ())
    if made_from:
        return resource.urn in made_from or any(one in made_from for one in resource.links.get("resourceGroupName", ()))
    value = lock.get(path)
    if value is UNKNOWN:
        return UNKNOWN
    name, group = resource.get(OWN_NAME[resource.type]), resource.get("resourceGroupName")
    wanted = {OF_GROUP: (group,), OF_RESOURCE: (name,), BY_SCOPE: (name, group)}[lock.type]
    text = value.strip("/").lower() if isinstance(value, str) else ""
    if lock.type == BY_SCOPE and shapes.is_subscription(text):
        return True
    last = text.rpartition("/")[2]
    if any(isinstance(one, str) and one.lower() == last for one in wanted):
        return True
    return UNKNOWN if UNKNOWN in wanted else False


CONTROLS = (
    Control(
        id="azure-lock-protected",
        title="Log workspaces, key vaults and backup vaults are locked against deletion",
        why="Evidence, keys and backups are what the exit needs most, and what a mistaken or angry deletion hurts most.",
        fix="Make a ManagementLockByScope with level CanNotDelete on the resource or its resource group.",
        blind="Locks that another stack makes, and who may take a lock away.",
        source="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("Z46",),
        maps=Maps(nist="~CP-9 SI-12", hipaa="~312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="~C1.1 A1.2", iso="~A.8.10 A.8.13"),
        severity=Severity.MEDIUM,
        reads={token: (name, "resourceGroupName") for token, name in OWN_NAME.items()},
        looks_at={**{token: ("level", path) for token, path in NAMED_BY.items()}, OF_SUBSCRIPTION: ("level",)},
        evaluate_linked=locked,
        snippet="""\
from pulumi_azure_native import authorization, operationalinsights

workspace = operationalinsights.Workspace("audit", resource_group_name="acme-prod", sku={"name": "PerGB2018"}, retention_in_days=365)
authorization.ManagementLockByScope("audit", scope=workspace.id, level="CanNotDelete")
""",
    ),
)
