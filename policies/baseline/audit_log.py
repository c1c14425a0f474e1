"""Every cloud of the environment keeps an audit log of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Control, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, StackRule
    from handoff.controls.resource import Resource, Stack

TRAIL = "aws:cloudtrail/trail:Trail"
DIAGNOSTIC = "azure-native:monitor:DiagnosticSetting"
AUDIT_CONFIG = "gcp:projects/iAMAuditConfig:IAMAuditConfig"
SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
LOG_TYPES = frozenset({"ADMIN_READ", "DATA_READ", "DATA_WRITE"})


def _present(cloud: str, prefix: str, type_token: str, what: str, faults: Callable[[Resource], Iterator[Finding]]) -> StackRule:
    """A rule: the stack has one resource of the type without a fault, when the environment lives on the cloud and the stack makes anything there."""

    def rule(stack: Stack, context: Context) -> Iterator[Finding]:
        if cloud not in context.environment.clouds:
            yield not_applicable(f"the environment does not live on {cloud}")
            return
        if not any(one.type.startswith(prefix) for one in stack.resources):
            yield not_applicable(f"this stack makes nothing on {cloud}")
            return
        found = stack.of(type_token)
        if not found:
            yield fail(f"the environment lives on {cloud} and has no {what}")
        good = [one for one in found if not list(faults(one))]
        if good:
            yield passed(f"{what}: {good[0].name}", urn=good[0].urn)
            return
        for one in found:
            yield from faults(one)

    return rule


def _trail(trail: Resource) -> Iterator[Finding]:
    for name, wanted in (("isMultiRegionTrail", True), ("enableLogFileValidation", True)):
        value = trail.get(name)
        if value is UNKNOWN:
            yield unknown(f"{name} is not known before the update", name, urn=trail.urn)
        elif value is not wanted:
            yield fail(f"{name} is not on", name, urn=trail.urn)
    if trail.get("enableLogging") is False:
        yield fail("logging is switched off", "enableLogging", urn=trail.urn)


def _diagnostic(setting: Resource) -> Iterator[Finding]:
    scope = setting.get("resourceUri")
    if scope is UNKNOWN:
        yield unknown("what it logs is not known before the update", "resourceUri", urn=setting.urn)
    elif not isinstance(scope, str) or scope.strip("/").count("/") != 1 or "subscriptions" not in scope:
        yield fail("does not log the subscription's activity", "resourceUri", urn=setting.urn)
    enabled = [value for _, value in setting.each("logs[*].enabled")]
    if UNKNOWN not in enabled and True not in enabled:
        yield fail("switches no log on", "logs", urn=setting.urn)
    if all(setting.get(name) is None for name in SINKS):
        yield fail("sends the log nowhere", "workspaceId", urn=setting.urn)


def _audit_config(config: Resource) -> Iterator[Finding]:
    service = config.get("service")
    if service is UNKNOWN:
        yield unknown("the service is not known before the update", "service", urn=config.urn)
    elif service != "allServices":
        yield fail(f"logs {service}, not allServices", "service", urn=config.urn)
    types = [value for _, value in config.each("auditLogConfigs[*].logType")]
    missing = LOG_TYPES - {one for one in types if isinstance(one, str)}
    if missing and UNKNOWN in types:
        yield unknown("its log types are not known before the update", "auditLogConfigs", urn=config.urn)
    elif missing:
        yield fail(f"does not log {', '.join(sorted(missing))}", "auditLogConfigs", urn=config.urn)
    if any(True for _ in config.each("auditLogConfigs[*].exemptedMembers[*]")):
        yield fail("exempts members from the log", "auditLogConfigs", urn=config.urn)


_FRAMEWORKS = ("nist-800-53 AU-2", "nist-800-53 AU-12", "hipaa 164.312(b)", "pci-dss 10.2.1", "iso-27001 A.8.15")
_WHY = "Who used which access cannot be shown at the exit when nobody wrote it down during the term."
CONTROLS = (
    Control(
        id="aws-audit-log",
        title="AWS: a trail of every region, with file validation",
        why=_WHY,
        fix="Make a CloudTrail trail with isMultiRegionTrail and enableLogFileValidation true.",
        source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        evaluate_stack=_present("aws", "aws:", TRAIL, "trail", _trail),
    ),
    Control(
        id="azure-audit-log",
        title="Azure: the subscription's activity log is kept",
        why=_WHY,
        fix="Make a DiagnosticSetting on the subscription that sends its log categories to a workspace or an account.",
        source="https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        evaluate_stack=_present("azure", "azure-native:", DIAGNOSTIC, "diagnostic setting of the subscription", _diagnostic),
    ),
    Control(
        id="gcp-audit-log",
        title="Google Cloud: data access is logged for all services, for everyone",
        why=_WHY,
        fix="Make an IAMAuditConfig for allServices with ADMIN_READ, DATA_READ and DATA_WRITE and no exempted member.",
        source="https://cloud.google.com/logging/docs/audit/configure-data-access (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        evaluate_stack=_present("gcp", "gcp:", AUDIT_CONFIG, "audit configuration", _audit_config),
    ),
)
