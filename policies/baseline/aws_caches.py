"""ElastiCache: encrypted on the way and at rest, and backed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, every, is_at_least, is_none_of, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
GLOBAL = "globalReplicationGroupId"


def own_word(path: str, rule: ResourceRule) -> ResourceRule:
    """The rule holds; a member of a global datastore that says nothing takes what its primary has, which is not seen here."""

    def judge(resource: Resource, context: Context) -> Iterator[Finding]:
        if resource.get(path) is None and resource.get(GLOBAL) not in (None, ""):
            yield unknown("takes its encryption from the global datastore that it belongs to", GLOBAL)
        else:
            yield from rule(resource, context)

    return judge


def at_rest(resource: Resource, context: Context) -> Iterator[Finding]:
    """On, also by default of the engine: Valkey encrypts, Redis does not."""
    engine = resource.get("engine")
    if engine is UNKNOWN and resource.get("atRestEncryptionEnabled") is None:
        yield unknown(f"whether it is encrypted at rest follows from engine, which {LATER}", "engine")
    else:
        default = isinstance(engine, str) and engine.lower() == "valkey"
        yield from is_true("atRestEncryptionEnabled", "is not encrypted at rest", default=default)(resource, context)


SNIPPET = """\
import pulumi_aws as aws

aws.elasticache.ReplicationGroup(
    "sessions",
    description="Sessions",
    engine="valkey",
    node_type="cache.t4g.small",
    num_cache_clusters=2,
    transit_encryption_enabled=True,
    transit_encryption_mode="required",
    at_rest_encryption_enabled=True,
    snapshot_retention_limit=7,
)
"""

CONTROLS = (
    Control(
        id="aws-cache-tls",
        title="Caches take encrypted connections only",
        why="A cache holds sessions and records, and sends them through the network as they are.",
        fix="Set transitEncryptionEnabled to true and transitEncryptionMode to required.",
        blind="Caches of single nodes and of Memcached.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("A64",),
        maps=Maps(nist="~SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="4.2.1 2.2.7", soc2="CC6.7", iso="A.8.24"),
        reads={GROUP: ("transitEncryptionEnabled", "transitEncryptionMode", GLOBAL)},
        evaluate=every(
            own_word("transitEncryptionEnabled", is_true("transitEncryptionEnabled", "takes plain connections")),
            is_none_of("transitEncryptionMode", ("preferred",), "takes plain connections, too"),
        ),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cache-encryption",
        title="Caches are encrypted at rest",
        why="Snapshots and swapped pages of a cache hold what its clients put there.",
        fix="Set atRestEncryptionEnabled to true. It can be set only when the cache is made.",
        blind="Whose the key is. Caches of single nodes and of Memcached.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A64",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads={GROUP: ("atRestEncryptionEnabled", "engine", GLOBAL)},
        evaluate=own_word("atRestEncryptionEnabled", at_rest),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cache-backups",
        title="Caches keep snapshots",
        why="A cache that is used as a store loses everything with its last node.",
        fix="Set snapshotRetentionLimit to 1 or more days.",
        blind="Whether the cache holds anything that cannot be made again.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("A64",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        severity=Severity.MEDIUM,
        reads={GROUP: ("snapshotRetentionLimit",)},
        evaluate=is_at_least("snapshotRetentionLimit", 1, "keeps no snapshots", default=0),
        snippet=SNIPPET,
    ),
)
