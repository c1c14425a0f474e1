from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.eks_identity_provider import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._cluster import cluster
from tests.kinds.aws._seeded import cut, path_of, paths, seeded

OIDC = {"identityProviderConfigName": "sso", "issuerUrl": "https://login.nimbus.example/oidc", "clientId": "kubernetes", "groupsClaim": "groups"}


def provider(account: Account, name: str, **more: object) -> str:
    account.regional.write("eks:AssociateIdentityProviderConfig", clusterName=name, oidc={**OIDC, **more}, tags={"team": "nimbus"})
    params = {"clusterName": name, "identityProviderConfig": {"type": "oidc", "name": "sso"}}
    answer: Any = account.regional.get("eks:DescribeIdentityProviderConfig", **params)
    return str(answer["identityProviderConfig"]["oidc"]["identityProviderConfigArn"])


class Seed:
    """Nothing is tried: Kubernetes is behind the cluster's own address, and the lab runs none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        cluster(account, "shop")
        cluster(account, "till")
        other = provider(account, "till", issuerUrl="https://login.acme.example")
        return seeded(account, provider(account, "shop"), other, denied="eks:ListIdentityProviderConfigs")


SEED = Seed()


def test_issuer_claims_and_tags_tell_whose_it_is_and_undo_gives_it_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    cluster(account, "shop")
    path = path_of(KIND, account, provider(account, "shop", requiredClaims={"sub": "ops"}))
    told = {(Clue.OIDC, "https://login.nimbus.example/oidc ops"), (Clue.EMAIL, "any@login.nimbus.example"), (Clue.TAG, "team=nimbus")}
    assert set(path.clues) == told
    before = cut(KIND, account, path)
    assert paths(KIND, account) == {}
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    (back,) = paths(KIND, account).values()
    assert (back.clues, back.detail) == (path.clues, path.detail)
    assert KIND.image(account.regional, back) == before
