"""EKS clusters: an endpoint that not everybody reaches, logs of the control plane, and secrets under the client's key."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

CLUSTER = "aws:eks/cluster:Cluster"
PUBLIC, CIDRS = "vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs[*]"
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
WIDEST = 8
"""The shortest prefix that still counts as a limit."""
KEY = own_key("encryptionConfig.provider.keyArn", "does not encrypt its secrets with a key of the client's")


def closed(resource: Resource, _: Context) -> Iterator[Finding]:
    """No public endpoint, or one for named addresses; the service opens it to all when nothing is set."""
    public = resource.get(PUBLIC)
    if public is False or (isinstance(public, str) and public.lower() == "false"):
        return
    found = list(resource.each(CIDRS))
    wide = [(at, one) for at, one in found if one is not UNKNOWN and not _limits(one)]
    if any(one is UNKNOWN for _, one in found) or (public is UNKNOWN and (wide or not found)):
        yield unknown(f"who reaches its endpoint {LATER}", PUBLIC if public is UNKNOWN else "vpcConfig.publicAccessCidrs")
    elif not found:
        yield fail("has an endpoint that the whole internet reaches", PUBLIC)
    if public is not UNKNOWN:
        for at, one in wide:
            yield fail(f"has an endpoint that the internet reaches from {one}", at)


def _limits(cidr: object) -> bool:
    try:
        return isinstance(cidr, str) and ip_network(cidr, strict=False).prefixlen >= WIDEST
    except ValueError:
        return False


def logged(resource: Resource, _: Context) -> Iterator[Finding]:
    """All five logs of the control plane."""
    kinds = resource.get("enabledClusterLogTypes")
    given = kinds if isinstance(kinds, list | tuple) else []
    missing = [one for one in LOGS if one not in given]
    if missing and (kinds is UNKNOWN or any(one is UNKNOWN for one in given)):
        yield unknown(f"which logs it keeps {LATER}", "enabledClusterLogTypes")
    elif missing:
        yield fail(f"does not keep the logs {', '.join(missing)} of its control plane", "enabledClusterLogTypes")


def keyed(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A key of the client's for Kubernetes secrets."""
    yield from KEY(resource, stack, context)
    covered = [one for _, one in resource.each("encryptionConfig.resources[*]")]
    if resource.get("encryptionConfig") not in (None, UNKNOWN, {}) and "secrets" not in covered:
        if any(one is UNKNOWN for one in covered):
            yield unknown(f"what its key encrypts {LATER}", "encryptionConfig.resources")
        else:
            yield fail("has a key that does not encrypt secrets", "encryptionConfig.resources")


SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("cluster", description="Secrets of the cluster", enable_key_rotation=True)
aws.eks.Cluster(
    "apps",
    role_arn="arn:aws:iam::111111111111:role/eks",
    vpc_config={"subnet_ids": ["subnet-1", "subnet-2"], "endpoint_public_access": False, "endpoint_private_access": True},
    enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", "scheduler"],
    encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
)
"""

CONTROLS = (
    Control(
        id="aws-eks-endpoint",
        title="The Kubernetes API of a cluster is not open to the internet",
        why="Whoever reaches the API can try stolen tokens and new flaws against it.",
        fix="Set vpcConfig.endpointPublicAccess to false and endpointPrivateAccess to true, or limit publicAccessCidrs to known addresses.",
        blind="Load balancers and peered networks inside which the private endpoint can be reached.",
        source="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("A57",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        severity=Severity.CRITICAL,
        reads={CLUSTER: (PUBLIC, CIDRS)},
        evaluate=closed,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-eks-logs",
        title="Clusters keep all logs of their control plane",
        why="Who did what in the cluster stands in the audit log, which EKS does not write unless it is told to.",
        fix="Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
        blind="How long the log group keeps them. Logs of the workloads.",
        source="https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A57",),
        maps=Maps(nist="~AU-2 AU-3", hipaa="~312(b) 308(a)(1)(ii)(D)", pci="~10.2.1 10.2.1.2", soc2="~CC7.2 CC7.3", iso="~A.8.15 A.8.16"),
        severity=Severity.MEDIUM,
        reads={CLUSTER: ("enabledClusterLogTypes",)},
        evaluate=logged,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-eks-secrets",
        title="Kubernetes secrets are encrypted with a key of the client's",
        why="Secrets of the cluster open everything that its workloads can open. A key of the client's can be taken away.",
        fix="Set encryptionConfig.provider.keyArn to a key of the client's and encryptionConfig.resources to secrets.",
        blind="Who may read secrets through the Kubernetes API.",
        source="https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A57",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads={CLUSTER: ("encryptionConfig.provider.keyArn", "encryptionConfig.resources[*]")},
        evaluate_linked=keyed,
        snippet=SNIPPET,
    ),
)
