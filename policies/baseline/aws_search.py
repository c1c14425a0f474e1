"""Search domains and data warehouses of AWS: encrypted on the way and at rest, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import every, is_false, is_none_of, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

DOMAINS = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
WAREHOUSE = "aws:redshift/cluster:Cluster"
WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup"
HTTPS = "domainEndpointOptions.enforceHttps"


def https(resource: Resource, context: Context) -> Iterator[Finding]:
    """HTTPS only; the SDK switches it on as soon as the block of the endpoint is there, the service does not without it."""
    default = isinstance(resource.get("domainEndpointOptions"), dict)
    yield from is_true(HTTPS, "takes plain HTTP", default=default)(resource, context)


DOMAIN_SNIPPET = """\
import pulumi_aws as aws

aws.opensearch.Domain(
    "search",
    engine_version="OpenSearch_2.19",
    cluster_config={"instance_type": "r7g.large.search", "instance_count": 2},
    ebs_options={"ebs_enabled": True, "volume_size": 50},
    encrypt_at_rest={"enabled": True},
    node_to_node_encryption={"enabled": True},
    domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"},
)
"""
WAREHOUSE_SNIPPET = """\
import pulumi_aws as aws

aws.redshift.Cluster(
    "reports",
    cluster_identifier="reports",
    node_type="ra3.large",
    master_username="reports",
    manage_master_password=True,
    encrypted="true",
    publicly_accessible=False,
)
"""

CONTROLS = (
    Control(
        id="aws-search-tls",
        title="Search domains encrypt what goes in, out and between their nodes",
        why="An index holds the text of the records that it makes findable, and sends it through the network.",
        fix="Set nodeToNodeEncryption.enabled and domainEndpointOptions.enforceHttps to true, and tlsSecurityPolicy to Policy-Min-TLS-1-2-PFS-2023-10.",
        blind="The TLS policy that the service chooses when none is set.",
        source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("A65",),
        maps=Maps(nist="SC-8 SC-8(1) SC-13", hipaa="312(e)(2)(ii)", pci="4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="A.8.24"),
        reads=dict.fromkeys(DOMAINS, ("nodeToNodeEncryption.enabled", HTTPS, "domainEndpointOptions.tlsSecurityPolicy")),
        evaluate=every(
            is_true("nodeToNodeEncryption.enabled", "sends plain text between its nodes"),
            https,
            is_none_of("domainEndpointOptions.tlsSecurityPolicy", ("Policy-Min-TLS-1-0-2019-07",), "takes TLS older than 1.2"),
        ),
        snippet=DOMAIN_SNIPPET,
    ),
    Control(
        id="aws-search-encryption",
        title="Search domains are encrypted at rest",
        why="An index holds the text of the records that it makes findable, on disks and in snapshots.",
        fix="Set encryptAtRest.enabled to true.",
        blind="Whose the key is.",
        source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A65",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads=dict.fromkeys(DOMAINS, ("encryptAtRest.enabled",)),
        evaluate=is_true("encryptAtRest.enabled", "is not encrypted at rest"),
        snippet=DOMAIN_SNIPPET,
    ),
    Control(
        id="aws-redshift-encryption",
        title="Redshift clusters are encrypted at rest",
        why="A warehouse holds copies of everything that is ever reported on.",
        fix="Leave encrypted at its default, or set it to true.",
        blind="Whose the key is. Data that was unloaded to S3.",
        source="https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A66",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="~CC6.1 PI1.4", iso="A.8.24"),
        reads={WAREHOUSE: ("encrypted",)},
        evaluate=is_true("encrypted", "is not encrypted at rest", default=True),
        snippet=WAREHOUSE_SNIPPET,
    ),
    Control(
        id="aws-redshift-public",
        title="Data warehouses have no public address",
        why="A warehouse with a public address is one security-group rule away from the whole internet.",
        fix="Set publiclyAccessible to false and reach the warehouse through the VPC.",
        blind="Proxies, bastions and peered networks that lead to the warehouse.",
        source="https://docs.aws.amazon.com/redshift/latest/mgmt/rs-security-group-public-private.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A66",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15"),
        severity=Severity.CRITICAL,
        reads={WAREHOUSE: ("publiclyAccessible",), WORKGROUP: ("publiclyAccessible",)},
        remedy={"publiclyAccessible": False},
        evaluate=is_false("publiclyAccessible", "has a public address"),
        snippet=WAREHOUSE_SNIPPET,
    ),
)
