"""GKE: clusters that the internet does not reach, and whose workloads and secrets have guards of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, either, is_false, is_one_of, is_set, is_true, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource, Stack

CLUSTER = "gcp:container/cluster:Cluster"
POOL = "gcp:container/nodePool:NodePool"
AUTOPILOT = "enableAutopilot"
NETWORKS = "masterAuthorizedNetworksConfig"
BLOCKS = f"{NETWORKS}.cidrBlocks[*].cidrBlock"
BY_ADDRESS = "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled"
PRIVATE_ONLY = "privateClusterConfig.enablePrivateEndpoint"
_inside = either(is_true(PRIVATE_ONLY, "is reached from the internet"), is_false(BY_ADDRESS, "is reached from the internet", default=True))
_key = own_key("databaseEncryption.keyName", "names no key of the client's for its secrets")
_state = is_one_of(
    "databaseEncryption.state",
    ("ENCRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"),
    "keeps its secrets under Google's own key only",
    default="DECRYPTED",
)


def _unless_autopilot(rule: ResourceRule, what: str) -> ResourceRule:
    """The rule where the client runs the nodes; Autopilot does it by itself."""
    return _gcp.unless(AUTOPILOT, (True,), rule, f"Autopilot, which {what}")


def control_plane(resource: Resource, context: Context) -> Iterator[Finding]:
    """The API server answers known networks only, or has no address on the internet at all."""
    faults = list(_inside(resource, context))
    if not faults:
        return
    block = resource.get(NETWORKS)
    if block is UNKNOWN:
        yield unknown(f"whom its API server answers {LATER}", NETWORKS)
        return
    if block is None:
        yield from faults if any(one.verdict == "unknown" for one in faults) else [fail("has an API server that answers the whole internet", NETWORKS)]
    for at, value in resource.each(BLOCKS):
        if value is UNKNOWN:
            yield unknown(f"whom its API server answers {LATER}", at)
        elif _gcp.is_everywhere(value):
            yield fail("has an API server that answers the whole internet", at)


def node_account(resource: Resource, context: Context) -> Iterator[Finding]:
    """Nodes act as an account that was made for them."""
    yield from (_cluster_account if resource.type == CLUSTER else _account)(resource, context)


def _account(resource: Resource, _: Context) -> Iterator[Finding]:
    path = "nodeConfig.serviceAccount"
    value = resource.get(path)
    if value is UNKNOWN:
        if not any(_gcp.type_of(urn) == _gcp.ACCOUNT for urn in _gcp.made_from(resource, path)):
            yield unknown(f"the account of its nodes {LATER}", path)
    elif not isinstance(value, str) or not value or _gcp.is_default_account(value):
        yield fail("has nodes that act as the default account", path)


_cluster_account = _unless_autopilot(
    _gcp.unless("removeDefaultNodePool", (True,), _account, "has no nodes of its own: node pools are judged by themselves"), "chooses its nodes by itself"
)


def secrets(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Secrets in the cluster's store are encrypted once more, with a key of the client's."""
    faults = list(_state(resource, context))
    yield from faults or _key(resource, stack, context)


_SNIPPET = """\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
nodes = gcp.serviceaccount.Account("nodes", account_id="cluster-nodes")
gcp.container.Cluster(
    "work",
    location="europe-west1",
    network="projects/acme-prod/global/networks/work",
    subnetwork="projects/acme-prod/regions/europe-west1/subnetworks/work",
    initial_node_count=1,
    node_config={"service_account": nodes.email, "oauth_scopes": ["https://www.googleapis.com/auth/cloud-platform"]},
    private_cluster_config={"enable_private_nodes": True, "enable_private_endpoint": True},
    master_authorized_networks_config={"cidr_blocks": [{"cidr_block": "10.20.0.0/16", "display_name": "work"}]},
    workload_identity_config={"workload_pool": "acme-prod.svc.id.goog"},
    database_encryption={"state": "ENCRYPTED", "key_name": key.id},
    datapath_provider="ADVANCED_DATAPATH",
    release_channel={"channel": "REGULAR"},
)
"""
_NET = Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21")
CONTROLS = (
    Control(
        id="gcp-gke-private-nodes",
        title="Nodes have no address on the internet",
        why="A node that the internet reaches is a way to every workload on it.",
        fix="Set privateClusterConfig.enablePrivateNodes to true.",
        blind="Node pools that set networkConfig.enablePrivateNodes to something else; services that a load balancer publishes.",
        source="https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G31",),
        maps=_NET,
        reads={CLUSTER: ("privateClusterConfig.enablePrivateNodes",)},
        evaluate=is_true("privateClusterConfig.enablePrivateNodes", "has nodes with addresses on the internet"),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-control-plane",
        title="API servers answer known networks only",
        why="An API server that answers everybody is one stolen token away from the whole cluster.",
        fix="Set cidrBlocks of masterAuthorizedNetworksConfig to known networks, or privateClusterConfig.enablePrivateEndpoint to true.",
        blind="The endpoint by DNS name, which IAM guards; whether known networks are the client's.",
        source="https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G31",),
        maps=_NET,
        severity=Severity.CRITICAL,
        reads={CLUSTER: (BLOCKS, PRIVATE_ONLY, BY_ADDRESS)},
        evaluate=control_plane,
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-workload-identity",
        title="Workloads act as accounts of their own",
        why="Without it, every workload can act as the account of its node.",
        fix="Set workloadIdentityConfig.workloadPool to PROJECT.svc.id.goog.",
        blind="Node pools without the metadata server of GKE; which account each workload uses.",
        source="https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G31",),
        maps=_gcp.FAMILY["IAM"],
        reads={CLUSTER: ("workloadIdentityConfig.workloadPool", AUTOPILOT)},
        evaluate=_unless_autopilot(
            is_set("workloadIdentityConfig.workloadPool", "lets every workload act as its node"), "gives every workload an identity of its own"
        ),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-node-account",
        title="Nodes act as an account that was made for them",
        why="The default account may often edit the whole project, and so may whoever gets onto a node.",
        fix="Make a service account with roles/container.defaultNodeServiceAccount, and set nodeConfig.serviceAccount to it.",
        blind="The roles of the account; node pools that are created automatically.",
        source="https://cloud.google.com/kubernetes-engine/docs/how-to/service-accounts (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G31",),
        maps=_gcp.FAMILY["IAM"],
        reads={CLUSTER: ("nodeConfig.serviceAccount", AUTOPILOT, "removeDefaultNodePool"), POOL: ("nodeConfig.serviceAccount",)},
        evaluate_linked=alone(node_account),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-secrets",
        title="Secrets in a cluster are encrypted with a key of the client's",
        why="Only a key that the client owns lets the client end the provider's reading of a copy of the cluster's store.",
        fix="Set databaseEncryption.state to ENCRYPTED and databaseEncryption.keyName to a key of Cloud KMS.",
        blind="Secrets that were written before, until somebody writes them again.",
        source="https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G32",),
        maps=_gcp.FAMILY["RST"],
        reads={CLUSTER: ("databaseEncryption.state", "databaseEncryption.keyName")},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=secrets,
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-network-policy",
        title="Clusters obey network policies",
        why="Without enforcement, one workload that is taken over reaches all others.",
        fix="Set datapathProvider to ADVANCED_DATAPATH, or networkPolicy.enabled to true.",
        blind="Whether there are any policies in the cluster.",
        source="https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G32",),
        maps=_gcp.FAMILY["NET"],
        severity=Severity.MEDIUM,
        reads={CLUSTER: ("networkPolicy.enabled", "datapathProvider", AUTOPILOT)},
        evaluate=_unless_autopilot(
            either(
                is_one_of("datapathProvider", ("ADVANCED_DATAPATH",), "has no data plane that enforces policies"),
                is_true("networkPolicy.enabled", "enforces no network policy"),
            ),
            "enforces network policies by itself",
        ),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-gke-release-channel",
        title="Clusters get new versions from a release channel",
        why="A cluster outside of a channel keeps known holes until somebody remembers it.",
        fix="Set releaseChannel.channel to REGULAR or STABLE.",
        blind="Maintenance exclusions that hold updates off.",
        source="https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels (read 2026-11-22)",
        category=Category.BASELINE,
        family="VUL",
        rows=("G32",),
        maps=_gcp.FAMILY["VUL"],
        severity=Severity.MEDIUM,
        reads={CLUSTER: ("releaseChannel.channel", AUTOPILOT)},
        evaluate=_unless_autopilot(
            is_one_of("releaseChannel.channel", ("RAPID", "REGULAR", "STABLE", "EXTENDED"), "gets no new versions by itself", default="UNSPECIFIED"),
            "is always in a release channel",
        ),
        snippet=_SNIPPET,
    ),
)
