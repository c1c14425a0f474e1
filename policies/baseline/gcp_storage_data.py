"""Cloud Storage: what a bucket holds is encrypted, can be brought back, and its log cannot be rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, every, is_at_least, is_true, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BUCKET = "gcp:storage/bucket:Bucket"
SINKS = (
    "gcp:logging/projectSink:ProjectSink",
    "gcp:logging/folderSink:FolderSink",
    "gcp:logging/organizationSink:OrganizationSink",
    "gcp:logging/billingAccountSink:BillingAccountSink",
)
AUDIT = (
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    "gcp:folder/iamAuditConfig:IamAuditConfig",
    "gcp:organizations/iamAuditConfig:IamAuditConfig",
)
DESTINATION = "storage.googleapis.com/"
DAY_S = 24 * 60 * 60
WEEK_S, QUARTER_S = 7 * DAY_S, 90 * DAY_S
"""What the service takes by itself for soft deletion, and the most that it can."""
_kept = every(
    is_true("retentionPolicy.isLocked", "takes logs, and its retention can still be shortened"),
    is_at_least(
        "retentionPolicy.retentionPeriod",
        lambda context: context.engagement.requirements.log_retention.total_seconds(),
        "takes logs, and keeps them for fewer seconds than the spec asks for",
    ),
)


def recoverable_s(context: Context) -> float:
    """How long the spec wants what is deleted to be kept, as far as the service can."""
    return min(max(context.engagement.requirements.backup_retention.total_seconds(), WEEK_S), QUARTER_S)


def takes_logs(bucket: Resource, stack: Stack) -> bool | Unknown:
    """Whether another bucket's access log or a sink leads to this one."""
    unsure = False
    for kind, path, prefix in ((BUCKET, "logging.logBucket", ""), *((one, "destination", DESTINATION) for one in SINKS)):
        for one in stack.of(kind):
            value = one.get(path)
            if value is None or one is bucket:
                continue
            name = bucket.get("name")
            if bucket.urn in _gcp.made_from(one, path) or (isinstance(value, str) and isinstance(name, str) and value == f"{prefix}{name}"):
                return True
            unsure = unsure or (UNKNOWN in (value, name) and not _gcp.made_from(one, path))
    return UNKNOWN if unsure else False


def locked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A bucket of logs keeps each of them for as long as the spec asks, and nobody can shorten that."""
    is_log = takes_logs(resource, stack)
    if is_log is False:
        yield not_applicable("takes no logs that this stack makes")
        return
    faults = list(_kept(resource, context))
    if faults and isinstance(is_log, Unknown):
        yield unknown("whether it takes logs is not known: where a sink or an access log of this stack goes is known only at the update")
    else:
        yield from faults


def logged(resource: Resource, stack: Stack, _: Context) -> Iterator[Finding]:
    """Reads and writes of objects leave a trace: in an access log, or in the audit log of data access."""
    if takes_logs(resource, stack) is True:
        yield not_applicable("takes logs itself, and a log of the log has no end")
        return
    target = resource.get("logging.logBucket")
    if isinstance(target, str) and target:
        return
    audited = [_audits(one) for one in stack.of(*AUDIT)]
    if any(one is True for one in audited):
        return
    if target is UNKNOWN:
        if not _gcp.made_from(resource, "logging"):
            yield unknown(f"logging.logBucket {LATER}", "logging.logBucket")
    elif any(one is UNKNOWN for one in audited):
        yield unknown("what the audit configuration of this stack logs is known only at the update")
    else:
        yield fail("has no access log, and no audit configuration of this stack logs data access", "logging.logBucket")


def _audits(config: Resource) -> bool | Unknown:
    values = [config.get("service"), *(value for _, value in config.each("auditLogConfigs[*].logType"))]
    if config.get("service") not in ("allServices", "storage.googleapis.com", UNKNOWN):
        return False
    if "DATA_READ" in values and "DATA_WRITE" in values and UNKNOWN not in values:
        return True
    return UNKNOWN if UNKNOWN in values else False


CONTROLS = (
    Control(
        id="gcp-storage-encryption",
        title="Buckets encrypt with a key of the client's",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set encryption.defaultKmsKeyName to a key of Cloud KMS, and let the service agent of Cloud Storage use it.",
        blind="Objects that were written before the key was set, or with a key of their own.",
        source="https://cloud.google.com/storage/docs/encryption/customer-managed-keys (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G04",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4", iso="A.8.11"),
        reads={BUCKET: ("encryption.defaultKmsKeyName",)},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=own_key("encryption.defaultKmsKeyName", "is encrypted with Google's own key"),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.storage.Bucket("records", location="EUROPE-WEST1", encryption={"default_kms_key_name": key.id})
""",
    ),
    Control(
        id="gcp-storage-versioning",
        title="Buckets keep the versions that are written over",
        why="Without versions, an overwritten object is gone, whoever overwrote it.",
        fix="Set versioning.enabled to true, and let a lifecycle rule remove old versions later than the spec's backup retention.",
        blind="Lifecycle rules that remove noncurrent versions too soon.",
        source="https://cloud.google.com/storage/docs/object-versioning (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("G05",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        severity=Severity.MEDIUM,
        reads={BUCKET: ("versioning.enabled",)},
        remedy={"versioning.enabled": True},
        evaluate=is_true("versioning.enabled", "loses what is written over"),
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1", versioning={"enabled": True})
""",
    ),
    Control(
        id="gcp-storage-soft-delete",
        title="Deleted objects can be brought back for as long as the spec keeps backups",
        why="Soft deletion also covers versions, and the bucket itself, which versioning does not.",
        fix="Set softDeletePolicy.retentionDurationSeconds to the spec's backup_retention in seconds, at most 7776000 (90 days).",
        blind="Backups elsewhere that would serve as well; a retention over 90 days, which the service cannot give.",
        source="https://cloud.google.com/storage/docs/soft-delete (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("G05",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        severity=Severity.MEDIUM,
        reads={BUCKET: ("softDeletePolicy.retentionDurationSeconds",)},
        evaluate=is_at_least("softDeletePolicy.retentionDurationSeconds", recoverable_s, "keeps what is deleted for too few seconds", default=WEEK_S),
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1", soft_delete_policy={"retention_duration_seconds": 35 * 24 * 60 * 60})
""",
    ),
    Control(
        id="gcp-storage-log-lock",
        title="Buckets that take logs lock them for as long as the spec keeps logs",
        why="Whoever can shorten the retention of a log can remove what it says of him.",
        fix="Set retentionPolicy.retentionPeriod to the spec's log_retention in seconds and retentionPolicy.isLocked to true, which cannot be undone.",
        blind="Buckets that take logs which another stack or another cloud writes.",
        source="https://cloud.google.com/storage/docs/bucket-lock (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("G06",),
        maps=Maps(nist="~AU-9 AU-9(2)", hipaa="~312(c)(1) 312(c)(2)", pci="10.3.3 10.3.4", soc2="CC7.3 PI1.5", iso="A.8.10"),
        reads={BUCKET: ("name", "retentionPolicy.isLocked", "retentionPolicy.retentionPeriod")},
        looks_at={BUCKET: ("logging.logBucket",), **dict.fromkeys(SINKS, ("destination",))},
        evaluate_linked=locked,
        snippet="""\
import pulumi_gcp as gcp

year_s = 365 * 24 * 60 * 60
logs = gcp.storage.Bucket("logs", name="acme-logs", location="EUROPE-WEST1", retention_policy={"retention_period": str(year_s), "is_locked": True})
gcp.storage.Bucket("records", location="EUROPE-WEST1", logging={"log_bucket": logs.name})
""",
    ),
    Control(
        id="gcp-storage-access-log",
        title="Reads and writes of a bucket's objects are logged",
        why="Who took data out before the exit can be shown only when reads were written down.",
        fix="Set logging.logBucket, or log DATA_READ and DATA_WRITE of storage.googleapis.com with an IAMAuditConfig.",
        blind="An audit configuration that another stack makes; reads by everybody, which the audit log leaves out.",
        source="https://cloud.google.com/storage/docs/access-logs (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("G06",),
        maps=Maps(nist="~AU-9 AU-9(2)", hipaa="~312(c)(1) 312(c)(2)", pci="10.3.3 10.3.4", soc2="CC7.3 PI1.5", iso="A.8.10"),
        severity=Severity.MEDIUM,
        reads={BUCKET: ("name", "logging.logBucket")},
        looks_at={**dict.fromkeys(SINKS, ("destination",)), **dict.fromkeys(AUDIT, ("service", "auditLogConfigs[*].logType"))},
        evaluate_linked=logged,
        snippet="""\
import pulumi_gcp as gcp

logs = gcp.storage.Bucket("logs", name="acme-logs", location="EUROPE-WEST1")
gcp.storage.Bucket("records", location="EUROPE-WEST1", logging={"log_bucket": logs.name})
""",
    ),
)
