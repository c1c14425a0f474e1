"""Azure Lighthouse: what another tenant is given, and the giving."""

from __future__ import annotations

from handoff.lab.provider.azure_native._arm import arm_record

RECORDS = (
    arm_record(
        "azure-native:managedservices:RegistrationDefinition",
        "/{scope}/providers/Microsoft.ManagedServices/registrationDefinitions/{registrationDefinitionId}",
        "2022-10-01",
        handled={"plan", "properties"},
    ),
    arm_record(
        "azure-native:managedservices:RegistrationAssignment",
        "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{registrationAssignmentId}",
        "2022-10-01",
        handled={"properties"},
        replace_on={"properties"},
    ),
)
