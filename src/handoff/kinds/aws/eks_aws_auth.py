"""EKS clusters that take the config map `aws-auth`: who is in it, AWS does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

BY_ENTRIES = "API"


class EksAwsAuth(Item):
    """One cluster whose authentication mode has the config map in it. A person reads the map; the tool sees the mode change to API."""

    id = KindId("aws.eks_aws_auth")
    title = "EKS config map aws-auth"
    row = "A28"
    source = "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # A token for a cluster is a signed request that EKS takes for 15 minutes.
    lag = Lag(settle_s=900, survives_s=900, source="https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html (read 2026-11-22)")
    reads = frozenset({"eks:DescribeCluster", "eks:ListClusters"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"eks:CreateCluster", "eks:UpdateClusterConfig"})
    creates = frozenset({"aws:eks/cluster:Cluster"})
    blind = (
        "What the map says, the hidden administrator who made the cluster, tokens of service accounts, and client certificates: "
        "all of them are inside Kubernetes and no call of AWS shows them."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every cluster whose mode is not API alone."""
        for cluster in fan.each(lambda item: _cluster(reader, str(item["clusters"])), reader.read("eks:ListClusters")):
            if cluster is not None and _mode(cluster) != BY_ENTRIES:
                name = str(cluster["name"])
                yield AccessPath(
                    kind=self.id,
                    id=f"{cluster['arn']}#{cluster['createdAt']}",
                    scope=reader.scope,
                    holder=f"whomever aws-auth of {name} names, and whoever made the cluster",
                    allows=f"Kubernetes of cluster {name}",
                    clues=(
                        *_marks.of_tags(cluster.get("tags")),
                        (Clue.SHARED_SECRET, f"the config map of {name} cannot be read through AWS; whoever ran the cluster may be in it"),
                    ),
                    detail={"cluster": name, "created": cluster["createdAt"], "mode": _mode(cluster)},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The mode, while the map is in it."""
        cluster = _cluster(reader, str(path.detail["cluster"]))
        if cluster is None or cluster["createdAt"] != path.detail["created"] or _mode(cluster) == BY_ENTRIES:
            return None
        return {"mode": _mode(cluster)}

    def manual_effect(self, path: AccessPath, /) -> str:
        """Changing the mode cannot be taken back and cuts off nodes whose role has no entry, so it is the client's to time."""
        name = path.detail["cluster"]
        return (
            f"an administrator of cluster {name} at the client reads the map (kubectl -n kube-system get configmap aws-auth -o yaml), "
            "gives each principal that stays, nodes included, an access entry, then sets the mode, which cannot be taken back "
            f"(aws eks update-cluster-config --name {name} --access-config authenticationMode=API; first API_AND_CONFIG_MAP if it is CONFIG_MAP). "
            "Bindings and service account tokens that were handed out are looked for as well. "
            "The tool sees the mode. A map that was read and stays is recorded under exit.decisions in the spec, with who looked"
        )


def _cluster(reader: Reader, name: str) -> Json | None:
    answer = reader.get("eks:DescribeCluster", name=name)
    return cast("Json", answer["cluster"]) if answer else None


def _mode(cluster: Json) -> str:
    """Clusters from before there were modes say none: they know the map alone."""
    return str(cast("Json", cluster.get("accessConfig") or {}).get("authenticationMode") or "CONFIG_MAP")


KIND: Kind = EksAwsAuth()
