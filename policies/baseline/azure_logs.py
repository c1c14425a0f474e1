"""Logs on Azure: written, kept, and of what matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, Verdict, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, as_number, is_at_least, is_true

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SETTING = "azure-native:monitor:DiagnosticSetting"
WORKSPACE = "azure-native:operationalinsights:Workspace"
FLOW_LOG = "azure-native:network:FlowLog"
NETWORK = "azure-native:network:VirtualNetwork"
VAULT = "azure-native:keyvault:Vault"
DATABASE = "azure-native:sql:Database"
GROUP = "azure-native:network:NetworkSecurityGroup"
CATEGORIES = ("Administrative", "Alert", "Policy", "Security")
"""Categories of the activity log that show who changed what. source: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema (read 2026-11-22)"""
SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
LOGS = ("logs[*].enabled", "logs[*].category", "logs[*].categoryGroup", *SINKS)
WORKSPACE_DAYS = 730
"""The most that a workspace itself keeps. source: https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure (read 2026-11-22)"""
FLOW_DAYS = 365


def collects(resource: Resource, context: Context) -> Iterator[Finding]:
    """A diagnostic setting switches a log on and sends it somewhere."""
    del context
    written = _written(resource)
    if isinstance(written, Unknown):
        yield unknown(f"what it logs {LATER}", "logs", urn=resource.urn)
    elif not written:
        yield fail("its diagnostic setting switches no log on", "logs", urn=resource.urn)
    if all(resource.get(name) in (None, "") for name in SINKS):
        yield fail("its diagnostic setting sends the logs nowhere", "workspaceId", urn=resource.urn)


def _written(setting: Resource) -> frozenset[str] | Unknown:
    """The categories, in lower case, that a setting switches on; UNKNOWN when one of them is not known."""
    found: set[str] = set()
    for _, log in setting.each("logs[*]"):
        if log is UNKNOWN:
            return UNKNOWN
        if not isinstance(log, Mapping):
            continue
        if any(log.get(name) is UNKNOWN for name in ("enabled", "category", "categoryGroup")):
            return UNKNOWN
        if str(log.get("enabled")).lower() == "true":
            found |= {str(log[name]).lower() for name in ("category", "categoryGroup") if log.get(name)}
    return frozenset(found)


def activity(resource: Resource) -> Iterator[Finding]:
    """A setting of the subscription sends every category that matters."""
    written = _written(resource)
    if isinstance(written, Unknown):
        yield unknown(f"what it logs {LATER}", "logs", urn=resource.urn)
    elif "alllogs" not in written:
        missing = [one for one in CATEGORIES if one.lower() not in written]
        if missing:
            yield fail(f"does not log {', '.join(missing)}", "logs", urn=resource.urn)
    if all(resource.get(name) in (None, "") for name in SINKS):
        yield fail("sends the activity log nowhere", "workspaceId", urn=resource.urn)


def activity_log(stack: Stack, context: Context) -> Iterator[Finding]:
    """Some setting of the stack is of a subscription, and enough."""
    why = shapes.elsewhere(stack, context)
    if why:
        yield not_applicable(why)
        return
    said: list[list[Finding]] = []
    for setting in stack.of(SETTING):
        scope = setting.get("resourceUri")
        if scope is UNKNOWN and not setting.links.get("resourceUri"):
            said.append([unknown(f"what it logs {LATER}", "resourceUri", urn=setting.urn)])
        elif isinstance(scope, str) and shapes.is_subscription(scope):
            findings = list(activity(setting))
            if not findings:
                yield passed(f"{setting.name} ({setting.type})", urn=setting.urn)
                return
            said.append(findings)
    if not said:
        yield fail("no DiagnosticSetting of the stack sends the subscription's activity log anywhere")
    else:
        yield from next((one for one in said if all(each.verdict is Verdict.UNKNOWN for each in one)), said[0])


def kept(resource: Resource, context: Context) -> Iterator[Finding]:
    """A flow log deletes nothing before the spec's time; without a retention policy it deletes nothing at all."""
    path = "retentionPolicy.days"
    switch, days = resource.get("retentionPolicy.enabled"), resource.get(path)
    if switch is False or days in (None, 0):
        return
    wanted = min(FLOW_DAYS, context.engagement.requirements.log_retention.days)
    number = as_number(days)
    if UNKNOWN in (switch, days):
        yield unknown(f"how long it is kept {LATER}", path)
    elif number is None or 0 < number < wanted:
        yield fail(f"is kept for {days} days, and {wanted} are asked for", path)


_ON = is_true("enabled", "is switched off")
_LOGGED = shapes.attached(FLOW_LOG, "targetResourceId", "virtualNetworkName", "has no flow log", _ON)


def flows(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A network has a flow log, and a flow log is on and kept."""
    if resource.type == NETWORK:
        yield from _LOGGED(resource, stack, context)
    else:
        yield from _ON(resource, context)
        yield from kept(resource, context)


_UNSEEN = "has no diagnostic setting, so nobody can tell who used it"
CONTROLS = (
    Control(
        id="azure-monitor-activity-log",
        title="The subscription's activity log is kept outside the subscription's 90 days",
        why="Who used which access cannot be shown at the exit when nobody wrote it down during the term.",
        fix="Make a DiagnosticSetting whose resourceUri is the subscription, with the logs Administrative, Alert, Policy and Security and a workspaceId.",
        blind="A setting that another stack or a policy makes, and how long the destination keeps it.",
        source="https://learn.microsoft.com/azure/azure-monitor/platform/activity-log (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("Z14",),
        maps=Maps(nist="AU-12 AU-6", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        looks_at={SETTING: ("resourceUri", *LOGS)},
        evaluate_stack=activity_log,
        snippet="""\
from pulumi_azure_native import monitor, operationalinsights

workspace = operationalinsights.Workspace("audit", resource_group_name="acme-prod", sku={"name": "PerGB2018"}, retention_in_days=365)
monitor.DiagnosticSetting(
    "audit",
    resource_uri="/subscriptions/33333333-3333-4333-8333-333333333333",
    workspace_id=workspace.id,
    logs=[{"category": category, "enabled": True} for category in ("Administrative", "Alert", "Policy", "Security")],
)
""",
    ),
    Control(
        id="azure-monitor-diagnostics",
        title="Key vaults, SQL databases and security groups send their logs somewhere",
        why="The activity log shows who changed a vault or database, and only its own log shows who read from it.",
        fix="Make a DiagnosticSetting whose resourceUri is the resource, with its logs enabled and a workspaceId.",
        blind="Settings that a policy or another stack makes. Where the destination lies is judged by the residency controls.",
        source="https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("Z14",),
        maps=Maps(nist="AU-12 AU-6", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={VAULT: ("vaultName",), DATABASE: ("databaseName",), GROUP: ("id",)},
        looks_at={SETTING: ("resourceUri", *LOGS)},
        evaluate_linked=shapes.by_type_linked(
            {
                VAULT: shapes.attached(SETTING, "resourceUri", "vaultName", _UNSEEN, collects),
                DATABASE: shapes.attached(SETTING, "resourceUri", "databaseName", _UNSEEN, collects),
                GROUP: shapes.attached(SETTING, "resourceUri", "networkSecurityGroupName", _UNSEEN, collects),
            }
        ),
        snippet="""\
from pulumi_azure_native import keyvault, monitor

vault = keyvault.Vault(
    "client",
    resource_group_name="acme-prod",
    properties={"tenant_id": "11111111-1111-4111-8111-111111111111", "sku": {"family": "A", "name": "standard"}},
)
monitor.DiagnosticSetting(
    "client",
    resource_uri=vault.id,
    workspace_id="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/audit",
    logs=[{"category_group": "audit", "enabled": True}],
)
""",
    ),
    Control(
        id="azure-monitor-log-retention",
        title="Log workspaces keep logs as long as the spec asks",
        why="A dispute about the exit begins months later, when the default of 30 days is long over.",
        fix="Set retentionInDays to the days of requirements.log_retention, 730 at most.",
        blind="Tables with a retention of their own, and longer terms, which need totalRetentionInDays of the tables or a copy in storage.",
        source="https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("Z15",),
        maps=Maps(nist="AU-11", hipaa="312(b)", pci="~10.3.3 10.3.4", soc2="CC7.3 C1.2", iso="A.8.15"),
        reads={WORKSPACE: ("retentionInDays",)},
        evaluate=is_at_least(
            "retentionInDays",
            lambda context: min(WORKSPACE_DAYS, context.engagement.requirements.log_retention.days),
            "keeps logs for too few days",
            default=30,
        ),
        snippet="""\
from pulumi_azure_native import operationalinsights

operationalinsights.Workspace("audit", resource_group_name="acme-prod", sku={"name": "PerGB2018"}, retention_in_days=365)
""",
    ),
    Control(
        id="azure-network-flow-logs",
        title="Virtual networks have flow logs that are on and kept",
        why="After an incident they are the only record of which machine spoke with whom.",
        fix="Make a FlowLog with targetResourceId of the virtual network, enabled true, and retentionPolicy.days of requirements.log_retention (365 at most) or 0.",
        blind="Flow logs that a policy or another stack makes, and those of single subnets and interfaces.",
        source="https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("Z19",),
        maps=Maps(nist="AU-12 AU-6 SI-4", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={FLOW_LOG: ("enabled", "retentionPolicy.enabled", "retentionPolicy.days", "targetResourceId"), NETWORK: ("id",)},
        evaluate_linked=flows,
        snippet="""\
from pulumi_azure_native import network

work = network.VirtualNetwork("work", resource_group_name="acme-prod", address_space={"address_prefixes": ["10.20.0.0/16"]})
network.FlowLog(
    "work",
    resource_group_name="NetworkWatcherRG",
    network_watcher_name="NetworkWatcher_westeurope",
    target_resource_id=work.id,
    storage_id="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/logs/providers/Microsoft.Storage/storageAccounts/acmeflows",
    enabled=True,
    retention_policy={"enabled": True, "days": 365},
)
""",
    ),
)
