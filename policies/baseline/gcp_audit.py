"""Audit logs on Google Cloud: written, sent to the client, and kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, every, exists, is_at_least, is_true, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

AUDIT = (
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    "gcp:folder/iamAuditConfig:IamAuditConfig",
    "gcp:organizations/iamAuditConfig:IamAuditConfig",
)
PROJECT_SINK = "gcp:logging/projectSink:ProjectSink"
SINKS = (
    PROJECT_SINK,
    "gcp:logging/folderSink:FolderSink",
    "gcp:logging/organizationSink:OrganizationSink",
)
PROJECT_BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig"
BUCKETS = (
    PROJECT_BUCKET,
    "gcp:logging/folderBucketConfig:FolderBucketConfig",
    "gcp:logging/organizationBucketConfig:OrganizationBucketConfig",
    "gcp:logging/billingAccountBucketConfig:BillingAccountBucketConfig",
)
LOG_TYPES = frozenset({"ADMIN_READ", "DATA_READ", "DATA_WRITE"})
AUDIT_LOGS = frozenset({"activity", "data_access", "policy"})
"""The audit logs that a sink has to let through, when it filters at all."""
REQUIRED = "_Required"
"""The log bucket that Google keeps for 400 days and lets nobody change."""
DAY_S = 24 * 60 * 60
_OR = re.compile(r"\s+OR\s+")
_AUDIT_TERM = re.compile(r"\(*log_id\(\"cloudaudit\.googleapis\.com/(\w+)\"\)\)*|\(*logName\s*:\s*\"?(cloudaudit\.googleapis\.com)\"?\)*")
_IN_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)/")


def complete(resource: Resource, _: Context) -> Iterator[Finding]:
    """All services, all kinds of access, everybody."""
    service = resource.get("service")
    if service is UNKNOWN:
        yield unknown(f"which service it logs {LATER}", "service")
    elif service != "allServices":
        yield fail("logs one service and not allServices", "service")
    types = [value for _, value in resource.each("auditLogConfigs[*].logType")]
    missing = LOG_TYPES - {one for one in types if isinstance(one, str)}
    if missing and UNKNOWN in types:
        yield unknown(f"which access it logs {LATER}", "auditLogConfigs")
    elif missing:
        yield fail(f"does not log {', '.join(sorted(missing))}", "auditLogConfigs")
    for at, value in resource.each("auditLogConfigs[*].exemptedMembers[*]"):
        yield unknown(f"whom it leaves out {LATER}", at) if value is UNKNOWN else fail(f"leaves out {value}", at)


def sink(resource: Resource, context: Context) -> Iterator[Finding]:
    """It is on, lets through all of the audit log, and leads to a place of the client's."""
    for at, value in resource.each("disabled"):
        if value is not False:
            yield unknown(f"whether it is on {LATER}", at) if value is UNKNOWN else fail("is switched off", at)
    for at, value in resource.each("exclusions[*]"):
        yield unknown(f"what it leaves out {LATER}", at) if value is UNKNOWN else fail("leaves entries out", at)
    text = resource.get("filter")
    if text is UNKNOWN:
        yield unknown(f"filter {LATER}", "filter")
    elif isinstance(text, str) and text.strip() and not _lets_audit_through(text):
        yield fail("filters the log, so parts of the audit log do not get through", "filter")
    if resource.type == PROJECT_SINK:
        yield from _own_writer(resource, context)
    yield from _destination(resource, context)


def _lets_audit_through(text: str) -> bool:
    """Whether a filter is a choice of logs that names each audit log of who did what."""
    named: set[str] = set()
    for term in _OR.split(text.strip()):
        found = _AUDIT_TERM.fullmatch(term.strip())
        if found is None:
            return False
        named |= AUDIT_LOGS if found[2] else {found[1]}
    return named >= AUDIT_LOGS


def _destination(resource: Resource, context: Context) -> Iterator[Finding]:
    value = resource.get("destination")
    if value is UNKNOWN:
        if not _gcp.made_from(resource, "destination"):
            yield unknown(f"where it goes {LATER}, and it is made from nothing of this stack", "destination")
    elif isinstance(value, str) and value:
        found = _IN_PROJECT.search(value)
        if found and found[1] in context.engagement.parties.provider.identities.gcp.projects:
            yield fail(f"sends the log to project {found[1]} of the provider", "destination")
    else:
        yield fail("names no destination", "destination")


_own_writer = is_true("uniqueWriterIdentity", "writes with an identity that all of Google's customers share", default=True)
_kept = is_at_least(
    "retentionDays",
    lambda context: context.engagement.requirements.log_retention.total_seconds() / DAY_S,
    "keeps logs for fewer days than the spec asks for",
    default=30,
)
_locked = every(_kept, is_true("locked", "can be made to forget sooner"))


def retention(resource: Resource, context: Context) -> Iterator[Finding]:
    """Logs are kept as long as the spec asks; in a project, nobody can shorten that."""
    yield from (_locked if resource.type == PROJECT_BUCKET else _kept)(resource, context)


_MAPS_LOG = Maps(nist="~AU-2 AU-3", hipaa="312(b) 308(a)(1)(ii)(D)", pci="~10.2.1 10.2.1.2", soc2="CC7.2", iso="A.8.15 A.8.16")
_MAPS_KEPT = Maps(nist="~AU-9 AU-9(2)", hipaa="~312(c)(1) 312(c)(2)", pci="10.3.3 10.3.4", soc2="CC7.3 PI1.5", iso="A.8.10")
_WHY = "Who used which access cannot be shown at the exit when nobody wrote it down during the term."
CONTROLS = (
    Control(
        id="gcp-audit-data-access",
        title="Data access is logged for all services and everybody",
        why=_WHY,
        fix="Make an IAMAuditConfig with service allServices, auditLogConfigs of ADMIN_READ, DATA_READ and DATA_WRITE, and no exemptedMembers.",
        blind="A configuration that another stack makes, or that stands in policyData of an IAMPolicy; one project's configuration says nothing of the others.",
        source="https://cloud.google.com/logging/docs/audit/configure-data-access (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G10",),
        maps=Maps(nist="~AU-2 AU-3", hipaa="~312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.16"),
        looks_at=dict.fromkeys(AUDIT, ("service", "auditLogConfigs[*].logType", "auditLogConfigs[*].exemptedMembers[*]")),
        evaluate_stack=exists("gcp", AUDIT, "makes no audit configuration, so reads and writes of data are not logged", rule=complete),
        snippet="""\
import pulumi_gcp as gcp

kinds = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")
gcp.projects.IAMAuditConfig("all", project="acme-prod", service="allServices", audit_log_configs=[{"log_type": kind} for kind in kinds])
""",
    ),
    Control(
        id="gcp-audit-sink",
        title="The audit log goes to a place of the client's",
        why="The log that comes with a project is kept for 30 days, and whoever owns the project can change that.",
        fix="Make a ProjectSink, FolderSink or OrganizationSink with destination in a project of the client's, without filter and exclusions.",
        blind="Whether the sink's writer may write to the destination; a sink on the organization that another stack makes.",
        source="https://cloud.google.com/logging/docs/export/configure_export_v2 (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G11",),
        maps=_MAPS_LOG,
        looks_at={
            **dict.fromkeys(SINKS, ("destination", "filter", "disabled", "exclusions[*]")),
            PROJECT_SINK: ("destination", "filter", "disabled", "exclusions[*]", "uniqueWriterIdentity"),
        },
        evaluate_stack=exists("gcp", SINKS, "makes no log sink, so the audit log stays in the project for 30 days", rule=sink),
        snippet="""\
import pulumi
import pulumi_gcp as gcp

logs = gcp.logging.ProjectBucketConfig("audit", project="acme-prod", location="europe-west1", bucket_id="audit", retention_days=365, locked=True)
gcp.logging.ProjectSink("audit", destination=pulumi.Output.concat("logging.googleapis.com/", logs.id), unique_writer_identity=True)
""",
    ),
    Control(
        id="gcp-log-retention",
        title="Log buckets keep logs as long as the spec asks, and nobody can shorten that",
        why="A log that is gone, or that its reader could have removed, proves nothing.",
        fix="Set retentionDays to the spec's log_retention, and locked to true in a project, which cannot be undone.",
        blind="Log buckets of folders, organizations and billing accounts cannot be locked by the SDK.",
        source="https://cloud.google.com/logging/docs/buckets (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("G12",),
        maps=_MAPS_KEPT,
        reads={**dict.fromkeys(BUCKETS, ("bucketId", "retentionDays")), PROJECT_BUCKET: ("bucketId", "retentionDays", "locked")},
        evaluate=_gcp.unless("bucketId", (REQUIRED,), retention, "is kept for 400 days by Google, and nobody can change that"),
        snippet="""\
import pulumi_gcp as gcp

gcp.logging.ProjectBucketConfig("audit", project="acme-prod", location="europe-west1", bucket_id="audit", retention_days=365, locked=True)
""",
    ),
    Control(
        id="gcp-log-encryption",
        title="Log buckets encrypt with a key of the client's",
        why="Audit logs hold names and addresses, and only the client's own key lets the client end all reading of them.",
        fix="Set cmekSettings.kmsKeyName; it has to be given when the log bucket is made.",
        blind="Log buckets of the project that no program makes.",
        source="https://cloud.google.com/logging/docs/routing/managed-encryption-storage (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("G12",),
        maps=_MAPS_KEPT,
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(BUCKETS, ("cmekSettings.kmsKeyName",)),
        looks_at={_gcp.KEY: ()},
        evaluate_linked=own_key("cmekSettings.kmsKeyName", "is encrypted with Google's own key"),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.logging.ProjectBucketConfig(
    "audit", project="acme-prod", location="europe-west1", bucket_id="audit", retention_days=365, cmek_settings={"kms_key_name": key.id}
)
""",
    ),
)
