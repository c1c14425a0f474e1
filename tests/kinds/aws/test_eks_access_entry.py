from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.eks_access_entry import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._cluster import cluster
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


def entry(account: Account, name: str, principal: str, **more: object) -> str:
    return str(made(account, "eks:CreateAccessEntry", "accessEntry", "accessEntryArn", clusterName=name, principalArn=principal, type="STANDARD", **more))


def allow(account: Account, name: str, principal: str, policy: str, *namespaces: str) -> None:
    scope = {"type": "namespace", "namespaces": list(namespaces)} if namespaces else {"type": "cluster"}
    account.regional.write("eks:AssociateAccessPolicy", clusterName=name, principalArn=principal, policyArn=policy, accessScope=scope)


class Seed:
    """Nothing is tried: Kubernetes is behind the cluster's own address, and the lab runs none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        cluster(account, "shop")
        foreign, own = (
            "arn:aws:iam::222222222222:role/operate",
            account.role("acme", {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}),
        )
        bad, good = entry(account, "shop", foreign, kubernetesGroups=["operators"]), entry(account, "shop", own)
        allow(account, "shop", foreign, ADMIN)
        return seeded(account, bad, good, denied="eks:ListAccessEntries")


SEED = Seed()


def test_undo_gives_back_groups_policies_and_tags_even_after_a_kill_half_way(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "shop")
    principal = account.role("nimbus", {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"}, tags={"team": "nimbus"})
    name = entry(account, "shop", principal, kubernetesGroups=["b", "a"], username="nimbus", tags={"why": "operate"})
    allow(account, "shop", principal, ADMIN)
    allow(account, "shop", principal, VIEW, "web", "api")
    path = path_of(KIND, account, name)
    assert {(Clue.TAG, "team=nimbus"), (Clue.TAG, "why=operate"), (Clue.AWS_ACCOUNT, account.id)} <= set(path.clues)
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    entry(account, "shop", principal, kubernetesGroups=["a", "b"], username="nimbus", tags={"why": "operate"})
    assert KIND.image(account.regional, path) != before
    receipts = list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert [receipt.op for receipt in receipts] == ["eks:AssociateAccessPolicy"] * 2
    assert KIND.image(account.regional, path) == before
    assert list(KIND.undo(account.regional, path, Verb.DISABLE, before)) == []


def test_roles_of_services_are_theirs_and_clusters_without_entries_have_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "shop")
    cluster(account, "old", mode="CONFIG_MAP")
    service = f"arn:aws:iam::{account.id}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
    path = path_of(KIND, account, entry(account, "shop", service))
    assert path.clues == ((Clue.AWS_SERVICE, "eks.amazonaws.com"),)
    list(KIND.do(account.regional, path, Verb.DISABLE, {}, datetime.now(UTC)))
    assert paths(KIND, account) == {}
