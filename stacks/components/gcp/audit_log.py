"""Who did what: every kind of audit event, in a log bucket of the client's region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_gcp import logging, projects

RETENTION_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogArgs:
    """Where it is kept."""

    project: pulumi.Output[str]
    location: str
    disposable: bool
    """A locked bucket outlives the project's other resources, so a test estate has none."""


class AuditLog(pulumi.ComponentResource):
    """Administration and data access, kept for a year in a bucket that cannot be shortened."""

    def __init__(self, name: str, args: AuditLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:AuditLog", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        projects.IAMAuditConfig(
            name,
            project=args.project,
            service="allServices",
            audit_log_configs=[{"log_type": kind} for kind in ("ADMIN_READ", "DATA_READ", "DATA_WRITE")],
            opts=inside,
        )
        bucket = logging.ProjectBucketConfig(
            name,
            project=args.project,
            location=args.location,
            bucket_id="handoff-audit",
            retention_days=RETENTION_DAYS,
            locked=not args.disposable,
            description="Audit log of the engagement",
            opts=inside,
        )
        sink = logging.ProjectSink(
            name,
            name="handoff-audit",
            project=args.project,
            destination=pulumi.Output.concat("logging.googleapis.com/", bucket.id),
            filter='log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access") OR log_id("cloudaudit.googleapis.com/policy")',
            unique_writer_identity=True,
            opts=inside,
        )
        self.bucket_id: pulumi.Output[str] = bucket.id
        self.sink_name: pulumi.Output[str] = sink.name
        self.register_outputs({"bucketId": self.bucket_id, "sinkName": self.sink_name})
