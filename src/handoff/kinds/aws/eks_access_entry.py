"""Access entries of EKS clusters: which IAM principals Kubernetes lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _marks, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Verb, Writer

BY_MAP_ONLY = "CONFIG_MAP"
PERSON = "STANDARD"


class EksAccessEntry(Item):
    """One principal of one cluster, with its groups and access policies, all of which the image keeps so that undoing puts them back.

    The cluster's creator is an entry like any other here; on a cluster in mode CONFIG_MAP it is a hidden administrator, see `aws.eks_aws_auth`.
    """

    id = KindId("aws.eks_access_entry")
    title = "EKS access entry"
    row = "A28"
    source = "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # A token for a cluster is a signed request that EKS takes for 15 minutes, but who may do what is looked up at each call.
    lag = Lag(settle_s=60, survives_s=900, source="https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html (read 2026-11-22)")
    reads = _people.MARK_READS | {
        "eks:DescribeAccessEntry",
        "eks:DescribeCluster",
        "eks:ListAccessEntries",
        "eks:ListAssociatedAccessPolicies",
        "eks:ListClusters",
    }
    writes = frozenset({"eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:DeleteAccessEntry"})
    fences = frozenset({"eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:UpdateAccessEntry", "eks:UpdateClusterConfig"})
    creates = frozenset({"aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "aws:eks/cluster:Cluster"})
    blind = "Roles and bindings inside Kubernetes, tokens of service accounts, the config map aws-auth (see there), and commands that are running."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every entry of every cluster that has them."""
        marks = _people.Marks(reader)
        for entries in fan.each(lambda item: list(_entries(reader, str(item["clusters"]))), reader.read("eks:ListClusters")):
            for entry in entries:
                yield self._path(reader, entry, marks)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Everything that the entry gives, in a settled order."""
        entry = _entry(reader, str(path.detail["cluster"]), str(path.detail["principal"]))
        if entry is None:
            return None
        policies = reader.read("eks:ListAssociatedAccessPolicies", **_named(path))
        return {
            "type": entry.get("type"),
            "username": entry.get("username"),
            "groups": sorted(cast("list[str]", entry.get("kubernetesGroups") or ())),
            "tags": dict(_marks.pairs(entry.get("tags"))),
            "policies": sorted((_policy(one) for one in policies), key=str),
        }

    def disable_effect(self, path: AccessPath, /) -> str:
        """All of it can be put back."""
        return (
            f"{path.detail['principal']} is no longer let into cluster {path.detail['cluster']}; "
            "undone by making the entry again with its groups, policies and tags (its own ARN will be another)"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete the entry, and with it what is associated."""
        yield writer.write("eks:DeleteAccessEntry", **_named(path), missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Make the entry, if it is not there, and associate what is missing: a kill may have come between the two."""
        now = self.image(writer, path)
        if now is None:
            # For nodes EKS decides groups and names itself, and its own names for people cannot be given.
            own_name = str(before.get("username") or "").startswith("arn:")
            given = {"kubernetesGroups": before["groups"]} | ({} if own_name or not before.get("username") else {"username": before["username"]})
            more = given if before.get("type") == PERSON else {}
            yield writer.write("eks:CreateAccessEntry", **_named(path), type=before["type"], tags=before["tags"], **more)
        there = cast("list[Json]", (now or {}).get("policies") or [])
        for policy in cast("list[Json]", before["policies"]):
            if policy not in there:
                yield writer.write("eks:AssociateAccessPolicy", **_named(path), policyArn=policy["arn"], accessScope=policy["scope"])

    def _path(self, reader: Reader, entry: Json, marks: _people.Marks) -> AccessPath:
        cluster, principal = str(entry["clusterName"]), str(entry["principalArn"])
        service = principal.split(":role/aws-service-role/", 1)[1:]
        groups = ", ".join(cast("list[str]", entry.get("kubernetesGroups") or ()))
        return AccessPath(
            kind=self.id,
            id=str(entry["accessEntryArn"]),
            scope=reader.scope,
            holder=principal,
            allows=f"Kubernetes of cluster {cluster}" + (f" as a member of {groups}" if groups else ""),
            clues=(
                *(((Clue.AWS_SERVICE, service[0].split("/")[0]),) if service else _clues.of_arn(principal)),
                *marks.of(principal),
                *_marks.of_tags(entry.get("tags")),
            ),
            detail={"cluster": cluster, "principal": principal, "type": entry.get("type"), "created": entry.get("createdAt")},
        )


def _entries(reader: Reader, cluster: str) -> Iterator[Json]:
    """A cluster that knows no entries refuses to list them, so its mode is asked first."""
    answer = reader.get("eks:DescribeCluster", name=cluster)
    mode = cast("Json", cast("Json", answer["cluster"]).get("accessConfig") or {}).get("authenticationMode") if answer else None
    if mode is None or mode == BY_MAP_ONLY:
        return
    for item in reader.read("eks:ListAccessEntries", clusterName=cluster):
        entry = _entry(reader, cluster, str(item["accessEntries"]))
        if entry is not None:
            yield entry


def _entry(reader: Reader, cluster: str, principal: str) -> Json | None:
    answer = reader.get("eks:DescribeAccessEntry", clusterName=cluster, principalArn=principal)
    return cast("Json", answer["accessEntry"]) if answer else None


def _named(path: AccessPath) -> Json:
    return {"clusterName": path.detail["cluster"], "principalArn": path.detail["principal"]}


def _policy(one: Json) -> Json:
    scope = cast("Json", one.get("accessScope") or {})
    return {"arn": one["policyArn"], "scope": {"type": scope.get("type"), "namespaces": sorted(cast("list[str]", scope.get("namespaces") or ()))}}


KIND: Kind = EksAccessEntry()
