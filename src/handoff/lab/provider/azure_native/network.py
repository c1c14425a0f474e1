"""Networks and security groups, with the parts that azure-native shows flat and ARM wraps in `properties`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handoff.lab.provider.azure_native._arm import TOP, arm_record, flatten

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network"
_NETWORK = frozenset(
    {"addressSpace", "bgpCommunities", "ddosProtectionPlan", "dhcpOptions", "enableDdosProtection", "enableVmProtection", "encryption", "location", "tags"}
    | {"extendedLocation", "flowTimeoutInMinutes", "ipAllocations", "privateEndpointVNetPolicies", "subnets"}
)
_GUARD = frozenset({"flushConnection", "location", "securityRules", "tags"})
_BESIDE = frozenset({"id", "name", "type", "etag", "zones"})
"""What ARM keeps beside the `properties` of a part."""


def _wrapped(part: Properties) -> Properties:
    beside = {key: value for key, value in part.items() if key in _BESIDE}
    return {**beside, "properties": {key: value for key, value in part.items() if key not in _BESIDE}}


def _body(fields: frozenset[str], parts: str, _ctx: Context, inputs: Properties) -> Properties:
    given = {key: value for key, value in inputs.items() if key in fields}
    if parts in given:
        given[parts] = [_wrapped(part) for part in given[parts]]
    inner = {key: value for key, value in given.items() if key not in TOP}
    return {**{key: value for key, value in given.items() if key in TOP}, "properties": inner}


def _shown(parts: str, answer: Properties) -> Properties:
    found = flatten(answer)
    return {**found, parts: [flatten(part) | {"id": part["id"]} for part in found.get(parts) or []]}


RECORDS = (
    arm_record(
        "azure-native:network:VirtualNetwork",
        f"{_GROUP}/virtualNetworks/{{virtualNetworkName}}",
        "2024-05-01",
        handled=_NETWORK,
        name_property="virtualNetworkName",
        computed={"etag", "provisioningState", "resourceGuid", "subnets"},
        body=partial(_body, _NETWORK, "subnets"),
        outputs=partial(_shown, "subnets"),
    ),
    arm_record(
        "azure-native:network:NetworkSecurityGroup",
        f"{_GROUP}/networkSecurityGroups/{{networkSecurityGroupName}}",
        "2024-05-01",
        handled=_GUARD,
        name_property="networkSecurityGroupName",
        computed={"etag", "provisioningState", "resourceGuid", "securityRules"},
        body=partial(_body, _GUARD, "securityRules"),
        outputs=partial(_shown, "securityRules"),
    ),
)
