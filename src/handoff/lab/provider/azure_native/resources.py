"""Resource groups."""

from __future__ import annotations

from handoff.lab.provider.azure_native._arm import arm_record, whole

RECORDS = (
    arm_record(
        "azure-native:resources:ResourceGroup",
        "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}",
        "2024-03-01",
        handled={"location", "managedBy", "tags"},
        name_property="resourceGroupName",
        required={"location"},
        computed={"properties"},
        replace_on={"managedBy"},
        outputs=whole,
    ),
)
