"""Azure Cache for Redis: encrypted on the way, and closed."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import either, every, is_false, is_one_of, is_set

from . import _azure_shapes as shapes

CACHE = "azure-native:redis:Redis"

CONTROLS = (
    Control(
        id="azure-redis-tls",
        title="Redis caches speak TLS 1.2 only and refuse public networks",
        why="A cache holds sessions and copies of records, and its plain port sends them and the access key in the clear.",
        fix="Leave enableNonSslPort false, set minimumTlsVersion to 1.2 and publicNetworkAccess to Disabled, or put the cache into a subnet with subnetId.",
        blind="Access keys, and caches of the Enterprise tier.",
        source="https://learn.microsoft.com/azure/azure-cache-for-redis/cache-configure (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("Z44",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="~4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20"),
        reads={CACHE: ("enableNonSslPort", "minimumTlsVersion", "publicNetworkAccess", "subnetId")},
        evaluate=every(
            is_false("enableNonSslPort", "answers without TLS"),
            is_one_of("minimumTlsVersion", ("1.2", "1.3"), "does not ask for TLS 1.2"),
            either(is_set("subnetId", "is in no subnet"), shapes.closed("answers every network")),
        ),
        snippet="""\
from pulumi_azure_native import redis

redis.Redis(
    "sessions",
    resource_group_name="acme-prod",
    sku={"name": "Standard", "family": "C", "capacity": 1},
    enable_non_ssl_port=False,
    minimum_tls_version="1.2",
    public_network_access="Disabled",
)
""",
    ),
)
