"""OpenSearch domains in a VPC to which other accounts may make endpoints of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class OpensearchVpcEndpointAccess(Item):
    """One account or service that may make endpoints to one domain."""

    id = KindId("aws.opensearch_vpc_endpoint_access")
    title = "OpenSearch VPC endpoint access"
    row = "A24"
    source = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc-interface-endpoints.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # AWS gives no figure; ten minutes are our own margin.
    lag = Lag(
        settle_s=600,
        survives_s=0,
        source="https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_RevokeVpcEndpointAccess.html (read 2026-11-22)",
    )
    reads = frozenset({"opensearch:DescribeDomainConfig", "opensearch:ListDomainNames", "opensearch:ListVpcEndpointAccess"})
    writes = frozenset({"opensearch:AuthorizeVpcEndpointAccess", "opensearch:RevokeVpcEndpointAccess"})
    fences = frozenset({"es:AuthorizeVpcEndpointAccess"})
    creates = frozenset({"aws:opensearch/authorizeVpcEndpointAccess:AuthorizeVpcEndpointAccess"})
    blind = "Who gets in over an endpoint: the domain's access policy and its own users say that. Domains without a VPC are not asked: nobody can make endpoints to them."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Everybody who may make endpoints to a domain of the region."""
        names = (str(item["DomainName"]) for item in reader.read("opensearch:ListDomainNames"))
        for name, listed in fan.each(lambda name: (name, list(_principals(reader, name))), names):
            for one in listed:
                principal = str(one["Principal"])
                yield AccessPath(
                    kind=self.id,
                    id=f"arn:aws:es:{reader.scope.region}:{reader.scope.id}:domain/{name}#{principal}",
                    scope=reader.scope,
                    holder=principal,
                    allows=f"make endpoints to OpenSearch domain {name}",
                    clues=((Clue.AWS_SERVICE if one.get("PrincipalType") == "AWS_SERVICE" else Clue.AWS_ACCOUNT, principal),),
                    detail={"domain": name, "principal": principal},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Who it is, and a service's own options."""
        for one in _principals(reader, str(path.detail["domain"])):
            if one["Principal"] == path.detail["principal"]:
                return {"type": one.get("PrincipalType"), "options": one.get("ServiceOptions")}
        return None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The permission is taken back."""
        return (
            f"{path.holder} may make no more endpoints to domain {path.detail['domain']}, and those that it made let nothing through any more; "
            "undone by authorizing it again"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Revoked."""
        yield writer.write("opensearch:RevokeVpcEndpointAccess", **_named(path, before), missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorized again."""
        yield writer.write("opensearch:AuthorizeVpcEndpointAccess", **_named(path, before))


def _principals(reader: Reader, domain: str) -> Iterator[Json]:
    answer = reader.get("opensearch:DescribeDomainConfig", DomainName=domain)
    config = cast("Json", answer["DomainConfig"]) if answer else {}
    network = cast("Json", cast("Json", config.get("VPCOptions") or {}).get("Options") or {})
    if network.get("VPCId"):
        yield from reader.read("opensearch:ListVpcEndpointAccess", DomainName=domain)


def _named(path: AccessPath, before: Json) -> Json:
    if before["type"] == "AWS_SERVICE":
        options = {"ServiceOptions": before["options"]} if before.get("options") else {}
        return {"DomainName": path.detail["domain"], "Service": path.detail["principal"], **options}
    return {"DomainName": path.detail["domain"], "Account": path.detail["principal"]}


KIND: Kind = OpensearchVpcEndpointAccess()
