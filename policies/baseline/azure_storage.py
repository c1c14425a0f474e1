"""Storage accounts: who reaches them, and how."""

from __future__ import annotations

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import is_false, is_none_of, is_one_of, is_true

from . import _azure_shapes as shapes

ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
_ACCOUNT = """\
from pulumi_azure_native import storage

storage.StorageAccount(
    "records",
    resource_group_name="acme-prod",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
"""

CONTROLS = (
    Control(
        id="azure-storage-https",
        title="Storage accounts accept HTTPS only",
        why="Data and access tokens that travel without encryption can be read and changed by whoever carries them.",
        fix="Set enableHttpsTrafficOnly to true.",
        blind="NFS shares, which need the switch off and rely on the network instead.",
        source="https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("Z01",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="312(e)(1) 312(e)(2)(i)", pci="4.2.1 2.2.7", soc2="CC6.7", iso="A.8.24"),
        reads={ACCOUNT: ("enableHttpsTrafficOnly",)},
        remedy={"enableHttpsTrafficOnly": True},
        evaluate=is_true("enableHttpsTrafficOnly", "accepts plain HTTP", default=True),
        snippet=f"{_ACCOUNT}    enable_https_traffic_only=True,\n)\n",
    ),
    Control(
        id="azure-storage-tls",
        title="Storage accounts refuse TLS below 1.2",
        why="TLS 1.0 and 1.1 have known weaknesses, and an account that names no minimum still speaks them.",
        fix="Set minimumTlsVersion to TLS1_2.",
        blind="Which version clients really use.",
        source="https://learn.microsoft.com/azure/storage/common/transport-layer-security-configure-minimum-version (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("Z02",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="312(e)(1) 312(e)(2)(i)", pci="~4.2.1 2.2.7", soc2="CC6.6", iso="~A.8.24 A.8.20"),
        reads={ACCOUNT: ("minimumTlsVersion",)},
        remedy={"minimumTlsVersion": "TLS1_2"},
        evaluate=is_one_of("minimumTlsVersion", ("TLS1_2", "TLS1_3"), "speaks TLS below 1.2", default="TLS1_0"),
        snippet=f'{_ACCOUNT}    minimum_tls_version="TLS1_2",\n)\n',
    ),
    Control(
        id="azure-storage-public-access",
        title="Storage accounts and their containers refuse anonymous readers",
        why="A container that anyone can read is the commonest way to lose data.",
        fix="Set allowBlobPublicAccess to false on the account, and publicAccess to None on its containers.",
        blind="Shared access signatures, which are as good as public once they are passed on, and the static website of an account.",
        source="https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("Z03",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(3)(i) 312(a)(1)", pci="7.2.1 7.2.5", soc2="CC6.1", iso="A.8.1"),
        severity=Severity.CRITICAL,
        reads={ACCOUNT: ("allowBlobPublicAccess",), CONTAINER: ("publicAccess",)},
        evaluate=shapes.by_type(
            {
                ACCOUNT: is_false("allowBlobPublicAccess", "lets containers be opened to anyone"),
                CONTAINER: is_none_of("publicAccess", ("Blob", "Container"), "can be read by anyone"),
            }
        ),
        snippet=f"{_ACCOUNT}    allow_blob_public_access=False,\n)\n",
    ),
    Control(
        id="azure-storage-network",
        title="Storage accounts are closed to networks that no rule names",
        why="A leaked key or signature works from anywhere when the account answers the whole internet.",
        fix="Set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny with rules for the networks that need the account.",
        blind="Whether the rules themselves are narrow, and what trusted Azure services may do through the bypass.",
        source="https://learn.microsoft.com/azure/storage/common/storage-network-security (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z04",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="308(a)(1)(ii)(B) 308(a)(3)(i)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        reads={ACCOUNT: ("publicNetworkAccess", "networkRuleSet.defaultAction")},
        evaluate=shapes.closed("answers every network", action="networkRuleSet.defaultAction"),
        snippet=f'{_ACCOUNT}    public_network_access="Disabled",\n)\n',
    ),
    Control(
        id="azure-storage-shared-key",
        title="Storage accounts refuse account keys",
        why="Account keys give everything, name nobody and outlive the person who copied them, so they survive an exit unnoticed.",
        fix="Set allowSharedKeyAccess to false and grant roles on the account instead.",
        blind="Programs that still sign with a key and stop working when the switch goes off.",
        source="https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("Z05",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        reads={ACCOUNT: ("allowSharedKeyAccess",)},
        evaluate=is_false("allowSharedKeyAccess", "accepts account keys", default=True),
        snippet=f"{_ACCOUNT}    allow_shared_key_access=False,\n)\n",
    ),
    Control(
        id="azure-storage-tenant-replication",
        title="Storage accounts do not replicate into other tenants",
        why="Object replication into a foreign tenant copies data to where the client can neither see nor erase it.",
        fix="Set allowCrossTenantReplication to false.",
        blind="Copies by other means, such as AzCopy with a signature.",
        source="https://learn.microsoft.com/azure/storage/blobs/object-replication-prevent-cross-tenant-policies (read 2026-11-22)",
        category=Category.BASELINE,
        family="RES",
        rows=("Z08",),
        maps=Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31"),
        reads={ACCOUNT: ("allowCrossTenantReplication",)},
        remedy={"allowCrossTenantReplication": False},
        evaluate=is_false("allowCrossTenantReplication", "may be replicated into another tenant"),
        snippet=f"{_ACCOUNT}    allow_cross_tenant_replication=False,\n)\n",
    ),
)
