"""Identities that Azure keeps the credentials of."""

from __future__ import annotations

from handoff.lab.provider.azure_native._arm import arm_record

RECORDS = (
    arm_record(
        "azure-native:managedidentity:UserAssignedIdentity",
        "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
        "2023-01-31",
        handled={"location", "tags"},
        name_property="resourceName",
        required={"location"},
        computed={"clientId", "principalId", "tenantId"},
    ),
)
