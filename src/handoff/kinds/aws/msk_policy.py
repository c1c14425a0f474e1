"""Cluster policies of MSK: who of other accounts may connect to a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people, _policy, _revision
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._revision import RevisedPolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class MskPolicy(RevisedPolicy):
    """One principal of one Allow statement of one cluster's policy."""

    id = KindId("aws.msk_policy")
    title = "MSK cluster policy"
    source = "https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cluster-owner-action-policy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-policy.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"kafka:GetClusterPolicy", "kafka:ListClustersV2"}
    writes = frozenset({"kafka:DeleteClusterPolicy", "kafka:PutClusterPolicy"})
    fences = frozenset({"kafka:PutClusterPolicy"})
    creates = frozenset({"aws:msk/clusterPolicy:ClusterPolicy"})
    blind = (
        "Kafka's own ACLs and SCRAM users, client certificates, and managed VPC connections that stand already: those break off only when they connect anew."
    )

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every cluster of the region, provisioned or serverless."""
        for item in reader.read("kafka:ListClustersV2"):
            arn = str(item["ClusterArn"])
            yield Held(id=arn, name=f"MSK cluster {item['ClusterName']}", params={"ClusterArn": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy and its version."""
        answer = reader.get("kafka:GetClusterPolicy", **held.params)
        if not answer or not answer.get("Policy"):
            return None
        return _revision.carried(_policy.parse(answer["Policy"], where=held.id), answer.get("CurrentVersion"))

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced unless somebody else was quicker."""
        body, revision = _revision.split(text)
        version = {"CurrentVersion": revision} if revision is not None else {}
        return writer.write("kafka:PutClusterPolicy", **held.params, **version, Policy=body)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("kafka:DeleteClusterPolicy", **held.params, missing_ok=True)


KIND: Kind = MskPolicy()
