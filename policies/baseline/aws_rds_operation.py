"""Relational databases of AWS in operation: kept from deletion, logged, and entered with identities instead of passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_set, is_true

from ._aws_databases import CLUSTER, DOCUMENTS, GLOBAL_CLUSTER, GRAPHS, INSTANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

PROTECTED = is_true("deletionProtection", "can be deleted by one call")
EXPORTS = {GRAPHS: "enableCloudwatchLogsExports"}
"""Where the list of exported logs stands, when not under RDS's own name."""
ENGINES = {
    INSTANCE: frozenset({"mariadb", "mysql", "postgres"}),
    CLUSTER: frozenset({"aurora-mysql", "aurora-postgresql"}),
}
"""Engines with IAM authentication. source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html (read 2026-11-22)"""
IDENTITIES = is_true("iamDatabaseAuthenticationEnabled", "lets nobody in by IAM, only by password")


def protected(resource: Resource, context: Context) -> Iterator[Finding]:
    """Deletion protection, until the exit phase takes stores down."""
    if context.engagement.term.phase == "exit":
        yield not_applicable("in the exit phase databases are taken down")
    else:
        yield from PROTECTED(resource, context)


def logged(resource: Resource, context: Context) -> Iterator[Finding]:
    """At least one log goes to CloudWatch."""
    yield from is_set(EXPORTS.get(resource.type, "enabledCloudwatchLogsExports"), "sends no log to CloudWatch")(resource, context)


def by_identity(resource: Resource, context: Context) -> Iterator[Finding]:
    """IAM authentication, where the engine has it."""
    said = list(IDENTITIES(resource, context))
    engine = resource.get("engine") if resource.type in ENGINES else None
    if not said:
        return
    if resource.type not in ENGINES:
        yield from said
    elif engine in (None, "", UNKNOWN):
        yield unknown(f"whether it applies: its engine {LATER}" if engine is UNKNOWN else "whether it applies: it names no engine", "engine")
    elif str(engine).lower() not in ENGINES[resource.type]:
        yield not_applicable(f"engine {engine} has no IAM authentication")
    elif resource.type == CLUSTER and resource.get("engineMode") == "serverless":
        yield not_applicable("Aurora Serverless v1 has no IAM authentication")
    else:
        yield from said


SNIPPET = """\
import pulumi_aws as aws

aws.rds.Instance(
    "records",
    engine="postgres",
    instance_class="db.m7g.large",
    allocated_storage=100,
    username="records",
    manage_master_user_password=True,
    storage_encrypted=True,
    deletion_protection=True,
    enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
    iam_database_authentication_enabled=True,
    final_snapshot_identifier="records-final",
)
"""

CONTROLS = (
    Control(
        id="aws-rds-deletion",
        title="Databases cannot be deleted before the exit",
        why="A database that one call deletes can be gone before the client has its data back.",
        fix="Set deletionProtection to true, and lift it only in the exit phase.",
        blind="Whoever may modify the database can lift the protection first.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("A41",),
        maps=Maps(nist="CM-3", hipaa="~312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="C1.1", iso="~A.8.10 A.8.13"),
        reads=dict.fromkeys((INSTANCE, CLUSTER, GLOBAL_CLUSTER, DOCUMENTS, GRAPHS), ("deletionProtection",)),
        remedy={"deletionProtection": True},
        evaluate=protected,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-rds-logs",
        title="Databases send their logs to CloudWatch",
        why="Logs that stay on the instance are rotated away within days, and whoever runs the database can remove them.",
        fix="List the engine's logs in enabledCloudwatchLogsExports (enableCloudwatchLogsExports on Neptune), the audit log among them where there is one.",
        blind="Which statements the parameter or option group has the engine log.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A42",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={one: (EXPORTS.get(one, "enabledCloudwatchLogsExports"),) for one in (INSTANCE, CLUSTER, DOCUMENTS, GRAPHS)},
        evaluate=logged,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-rds-iam",
        title="Databases take IAM identities where their engine can",
        why="Whoever enters with an IAM identity loses access with the identity. A database password has to be found and changed.",
        fix="Set iamDatabaseAuthenticationEnabled to true and give people and services tokens instead of passwords.",
        blind="Users inside the database that still have passwords.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A43",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        severity=Severity.MEDIUM,
        reads={
            INSTANCE: ("iamDatabaseAuthenticationEnabled", "engine"),
            CLUSTER: ("iamDatabaseAuthenticationEnabled", "engine", "engineMode"),
            GRAPHS: ("iamDatabaseAuthenticationEnabled",),
        },
        evaluate=by_identity,
        snippet=SNIPPET,
    ),
)
