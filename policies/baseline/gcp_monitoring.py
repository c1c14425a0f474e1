"""Alerts on Google Cloud: somebody is told when what guards the estate changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN, Unknown

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

METRIC = "gcp:logging/metric:Metric"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
IN_LOG = "conditions[*].conditionMatchedLog.filter"
ON_METRIC = ("conditions[*].conditionThreshold.filter", "conditions[*].conditionAbsent.filter", "conditions[*].conditionPrometheusQueryLanguage.query")
USER_METRIC = "logging.googleapis.com/user/"
CHANGES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "owners of the project": (("roles/owner", "projectownership"),),
    "the audit configuration": (("auditconfigdeltas",),),
    "custom roles": (("iam_role",), ("createrole", "deleterole", "updaterole")),
    "firewall rules": (("gce_firewall_rule", "compute.firewalls."),),
    "routes": (("gce_route", "compute.routes."),),
    "networks": (("gce_network", "compute.networks."),),
    "grants on buckets": (("storage.setiampermissions",),),
    "database instances": (("cloudsql.instances.",),),
    "virtual machines": (("gce_instance", "compute.instances.", 'servicename="compute.googleapis.com"'),),
}
"""What has to be watched, and the words of its filter, in lower case: one of each group. source: CIS Google Cloud Foundations, section 2"""


def watched(stack: Stack, context: Context) -> Iterator[Finding]:
    """Each of the changes has a filter that an alert with somebody to tell hangs on."""
    if "gcp" not in context.environment.clouds or not any(one.startswith("gcp:") for one in stack.types):
        yield not_applicable("this stack makes nothing on Google Cloud")
        return
    texts, unsure = _texts(stack)
    missing = [name for name, groups in CHANGES.items() if not any(_tells(text, groups) for text in texts)]
    for name in missing:
        if unsure:
            yield unknown(f"whether somebody is told of changes to {name} is not known: a filter of this stack is known only at the update")
        else:
            yield fail(f"nobody is told of changes to {name}: no alert policy with a notification channel watches them")
    if not missing:
        yield passed("every change is watched")


def _tells(text: str, groups: tuple[tuple[str, ...], ...]) -> bool:
    return all(any(word in text for word in group) for group in groups)


def _texts(stack: Stack) -> tuple[list[str], bool]:
    """The filters, in lower case without blanks, that a working alert hangs on, and whether there are some that are not known yet."""
    texts: list[str] = []
    unsure = False
    metrics = stack.of(METRIC)
    for alert in stack.of(ALERT):
        enabled = alert.get("enabled")
        if enabled is False or not list(alert.each("notificationChannels[*]")):
            continue
        if isinstance(enabled, Unknown) or (alert.get("notificationChannels") is UNKNOWN and not _gcp.made_from(alert, "notificationChannels")):
            unsure = True
            continue
        for _, value in alert.each(IN_LOG):
            texts += _text(value)
            unsure = unsure or isinstance(value, Unknown)
        conditions = [value for path in ON_METRIC for _, value in alert.each(path)]
        for metric in metrics:
            on = _hangs_on(alert, metric, conditions)
            text = metric.get("filter")
            if metric.get("disabled") is True or on is False:
                continue
            if isinstance(on, Unknown) or isinstance(text, Unknown):
                unsure = True
            else:
                texts += _text(text)
    return texts, unsure


def _hangs_on(alert: Resource, metric: Resource, conditions: list[object]) -> bool | Unknown:
    if metric.urn in _gcp.made_from(alert, "conditions"):
        return True
    name = metric.get("name")
    # The name stands in quotes in a filter and at the end of a query's metric, so a longer name that begins alike is another metric.
    if isinstance(name, str) and any(isinstance(one, str) and _names(one, name) for one in conditions):
        return True
    return UNKNOWN if any(isinstance(one, Unknown) for one in (name, *conditions)) and not _gcp.made_from(alert, "conditions") else False


def _names(text: str, name: str) -> bool:
    start = text.find(f"{USER_METRIC}{name}")
    after = text[start + len(USER_METRIC) + len(name) :][:1] if start >= 0 else "x"
    return not (after.isalnum() or after in ("-", "_", "/", "."))


def _text(value: object) -> list[str]:
    return ["".join(value.lower().split())] if isinstance(value, str) else []


CONTROLS = (
    Control(
        id="gcp-monitoring-changes",
        title="Somebody is told when grants, logs, networks, buckets, databases or machines are changed",
        why="A change to what guards the estate is cheapest to undo on the day that it is made.",
        fix="For each change make a Metric with a filter on the audit log and an AlertPolicy on it with notificationChannels, or one with conditionMatchedLog.filter.",
        blind="Alerts of another stack or another product; whether anybody reads the channel, and whether the filter matches.",
        source="https://cloud.google.com/logging/docs/alerting/log-based-alerts (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("G13",),
        maps=Maps(nist="~SI-4 IR-4", hipaa="308(a)(1)(ii)(D)", pci="11.5.2 12.10.5", soc2="CC7.2 CC7.3", iso="A.8.16"),
        severity=Severity.MEDIUM,
        looks_at={METRIC: ("name", "filter", "disabled"), ALERT: ("enabled", "notificationChannels[*]", IN_LOG, *ON_METRIC)},
        evaluate_stack=watched,
        snippet="""\
import pulumi_gcp as gcp

changes = {
    "owners": 'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND protoPayload.serviceData.policyDelta.bindingDeltas.role="roles/owner"',
    "audit": 'protoPayload.methodName="SetIamPolicy" AND protoPayload.serviceData.policyDelta.auditConfigDeltas:*',
    "roles": 'resource.type="iam_role" AND protoPayload.methodName=~"(CreateRole|DeleteRole|UpdateRole)$"',
    "firewall": 'resource.type="gce_firewall_rule" AND protoPayload.methodName:"compute.firewalls."',
    "routes": 'resource.type="gce_route" AND protoPayload.methodName:"compute.routes."',
    "networks": 'resource.type="gce_network" AND protoPayload.methodName:"compute.networks."',
    "buckets": 'resource.type="gcs_bucket" AND protoPayload.methodName="storage.setIamPermissions"',
    "databases": 'protoPayload.methodName="cloudsql.instances.update"',
    "machines": 'resource.type="gce_instance" AND protoPayload.methodName:"compute.instances."',
}
channel = gcp.monitoring.NotificationChannel("security", type="email", labels={"email_address": "cloud-security@acme.example"})
for what, condition in changes.items():
    metric = gcp.logging.Metric(what, name=what, filter=condition, metric_descriptor={"metric_kind": "DELTA", "value_type": "INT64"})
    threshold = {
        "filter": metric.name.apply(lambda name: f'metric.type="logging.googleapis.com/user/{name}" AND resource.type="global"'),
        "comparison": "COMPARISON_GT",
        "threshold_value": 0,
        "duration": "0s",
    }
    gcp.monitoring.AlertPolicy(
        what,
        display_name=f"Changed: {what}",
        combiner="OR",
        conditions=[{"display_name": what, "condition_threshold": threshold}],
        notification_channels=[channel.id],
    )
""",
    ),
)
