"""AKS clusters: who reaches the API, and what holds inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, every, is_none_of, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

CLUSTER = "azure-native:containerservice:ManagedCluster"
ADDONS = {"azurepolicy": "the Azure Policy add-on", "omsagent": "the monitoring add-on"}
"""Keys of addonProfiles, in lower case."""


def addons(resource: Resource, context: Context) -> Iterator[Finding]:
    """The add-ons that watch the cluster are on; their names are written in several cases."""
    del context
    found = resource.get("addonProfiles")
    if found is UNKNOWN:
        yield unknown(f"addonProfiles {LATER}", "addonProfiles")
        return
    profiles = {str(name).lower(): (str(name), one) for name, one in found.items()} if isinstance(found, Mapping) else {}
    for name, what in ADDONS.items():
        written, profile = profiles.get(name, (name, None))
        at = f"addonProfiles.{written}.enabled"
        state = profile.get("enabled") if isinstance(profile, Mapping) else profile
        if state is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif str(state).lower() != "true":
            yield fail(f"runs without {what}", at)


CONTROLS = (
    Control(
        id="azure-aks-access",
        title="AKS clusters have a private API, no local accounts, and roles",
        why="A local account is a certificate that no directory knows and no exit ends, and a public API takes it from anywhere.",
        fix="Set apiServerAccessProfile.enablePrivateCluster and disableLocalAccounts to true, and leave enableRBAC true.",
        blind="Roles inside the cluster and who is bound to them.",
        source="https://learn.microsoft.com/azure/aks/private-clusters (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z34",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(1)(ii)(B)", pci="1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        reads={CLUSTER: ("apiServerAccessProfile.enablePrivateCluster", "disableLocalAccounts", "enableRBAC")},
        evaluate=every(
            is_true("apiServerAccessProfile.enablePrivateCluster", "has a public API"),
            is_true("disableLocalAccounts", "has local accounts"),
            is_true("enableRBAC", "knows no roles", default=True),
        ),
        snippet="""\
from pulumi_azure_native import containerservice

containerservice.ManagedCluster(
    "apps",
    resource_group_name="acme-prod",
    dns_prefix="apps",
    api_server_access_profile={"enable_private_cluster": True},
    disable_local_accounts=True,
    enable_rbac=True,
    aad_profile={"managed": True, "enable_azure_rbac": True},
)
""",
    ),
    Control(
        id="azure-aks-guardrails",
        title="AKS clusters enforce network policies and run the policy and monitoring add-ons",
        why="Without network policies one broken container reaches all others, and without the add-ons nobody notices.",
        fix="Set networkProfile.networkPolicy to azure, calico or cilium, and addonProfiles.azurepolicy.enabled and addonProfiles.omsagent.enabled to true.",
        blind="Which policies are there, and monitoring by other means than the add-on.",
        source="https://learn.microsoft.com/azure/aks/use-network-policies (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("Z35",),
        maps=Maps(nist="CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1"),
        severity=Severity.MEDIUM,
        reads={CLUSTER: ("networkProfile.networkPolicy", "addonProfiles")},
        evaluate=every(is_none_of("networkProfile.networkPolicy", ("none", ""), "enforces no network policies", default="none"), addons),
        snippet="""\
from pulumi_azure_native import containerservice

containerservice.ManagedCluster(
    "apps",
    resource_group_name="acme-prod",
    dns_prefix="apps",
    network_profile={"network_plugin": "azure", "network_policy": "cilium", "network_dataplane": "cilium"},
    addon_profiles={
        "azurepolicy": {"enabled": True},
        "omsagent": {"enabled": True, "config": {"logAnalyticsWorkspaceResourceID": "/subscriptions/s/resourceGroups/logs/workspaces/audit"}},
    },
)
""",
    ),
)
