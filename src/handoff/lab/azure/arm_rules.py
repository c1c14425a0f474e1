"""Which function says what a type asks of a write: `(draft) -> None`, raising the refusal or completing the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.azure import access_rules, identity_rules, resource_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handoff.lab.azure.draft import Draft

RULES: Mapping[str, Callable[[Draft], None]] = {
    "microsoft.resources/resourcegroups": resource_rules.group,
    "microsoft.authorization/roleassignments": access_rules.role_assignment,
    "microsoft.authorization/roledefinitions": access_rules.role_definition,
    "microsoft.authorization/policyassignments": access_rules.policy_assignment,
    "microsoft.authorization/locks": access_rules.lock,
    "microsoft.managedservices/registrationdefinitions": access_rules.registration_definition,
    "microsoft.managedservices/registrationassignments": access_rules.registration_assignment,
    "microsoft.operationalinsights/workspaces": resource_rules.workspace,
    "microsoft.insights/diagnosticsettings": resource_rules.diagnostics,
    identity_rules.IDENTITIES: identity_rules.user_assigned,
    "microsoft.storage/storageaccounts": resource_rules.storage,
    "microsoft.storage/storageaccounts/blobservices/containers": resource_rules.container,
    "microsoft.keyvault/vaults": resource_rules.vault,
    "microsoft.network/virtualnetworks": resource_rules.virtual_network,
    "microsoft.network/networksecuritygroups": resource_rules.with_children("Microsoft.Network/networkSecurityGroups/securityRules", "securityRules"),
    "microsoft.consumption/budgets": resource_rules.budget,
    "microsoft.recoveryservices/vaults": resource_rules.recovery_vault,
}
"""By type in lower case; a type without an entry takes what its properties allow."""
