"""OIDC providers of EKS clusters: foreign issuers whose tokens Kubernetes takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

ENDING = "DELETING"
KEPT = ("issuerUrl", "clientId", "usernameClaim", "usernamePrefix", "groupsClaim", "groupsPrefix", "requiredClaims")


class EksIdentityProvider(Item):
    """One issuer of one cluster; a cluster has one at most."""

    id = KindId("aws.eks_identity_provider")
    title = "EKS OIDC identity provider"
    row = "A28"
    source = "https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    # "This process typically takes 5-10 minutes", said of associating; a token that was issued before is refused with the rest once it is through.
    lag = Lag(settle_s=900, survives_s=0, source="https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html (read 2026-11-22)")
    reads = frozenset({"eks:DescribeIdentityProviderConfig", "eks:ListClusters", "eks:ListIdentityProviderConfigs"})
    writes = frozenset({"eks:AssociateIdentityProviderConfig", "eks:DisassociateIdentityProviderConfig"})
    fences = frozenset({"eks:AssociateIdentityProviderConfig"})
    creates = frozenset({"aws:eks/identityProviderConfig:IdentityProviderConfig"})
    blind = "Whom the issuer vouches for, and what roles and bindings inside Kubernetes give them."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """The issuer of every cluster that has one."""
        for configs in fan.each(lambda item: list(_configs(reader, str(item["clusters"]))), reader.read("eks:ListClusters")):
            for config in configs:
                issuer, claims = str(config["issuerUrl"]), cast("Json", config.get("requiredClaims") or {})
                yield AccessPath(
                    kind=self.id,
                    id=str(config["identityProviderConfigArn"]),
                    scope=reader.scope,
                    holder=f"{issuer} (client {config['clientId']})",
                    allows=f"sign in to Kubernetes of cluster {config['clusterName']}",
                    clues=(
                        (Clue.OIDC, f"{issuer} {claims.get('sub', '*')}"),
                        (Clue.EMAIL, f"any@{urlsplit(issuer).hostname or issuer}"),
                        *_marks.of_tags(config.get("tags")),
                    ),
                    detail={"cluster": config["clusterName"], "name": config["identityProviderConfigName"], "issuer": issuer},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The configuration, unless it is being taken away."""
        config = _config(reader, str(path.detail["cluster"]), str(path.detail["name"]))
        if config is None or config.get("status") == ENDING:
            return None
        return {"oidc": {key: config[key] for key in KEPT if config.get(key)}, "tags": dict(_marks.pairs(config.get("tags")))}

    def disable_effect(self, path: AccessPath, /) -> str:
        """The same configuration can be given again."""
        return (
            f"cluster {path.detail['cluster']} takes no more tokens of {path.detail['issuer']}; "
            "undone by associating it again as it was (its ARN will be another, and it takes minutes)"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Disassociate."""
        config = {"type": "oidc", "name": path.detail["name"]}
        yield writer.write("eks:DisassociateIdentityProviderConfig", clusterName=path.detail["cluster"], identityProviderConfig=config, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Associate; EKS refuses while the old one is being taken away."""
        oidc = {"identityProviderConfigName": path.detail["name"], **cast("Json", before["oidc"])}
        yield writer.write("eks:AssociateIdentityProviderConfig", clusterName=path.detail["cluster"], oidc=oidc, tags=before["tags"])

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """While it is being taken away, tokens may still be taken."""
        config = _config(reader, str(path.detail["cluster"]), str(path.detail["name"]))
        if config is None:
            return Verdict.GONE
        return Verdict.UNKNOWN if config.get("status") == ENDING else Verdict.ALIVE


def _configs(reader: Reader, cluster: str) -> Iterator[Json]:
    for one in reader.read("eks:ListIdentityProviderConfigs", clusterName=cluster):
        config = _config(reader, cluster, str(one["name"]))
        if config is not None:
            yield config


def _config(reader: Reader, cluster: str, name: str) -> Json | None:
    answer = reader.get("eks:DescribeIdentityProviderConfig", clusterName=cluster, identityProviderConfig={"type": "oidc", "name": name})
    return cast("Json", cast("Json", answer["identityProviderConfig"])["oidc"]) if answer else None


KIND: Kind = EksIdentityProvider()
