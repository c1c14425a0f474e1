"""Access policies of OpenSearch domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Writer


class OpensearchPolicy(ResourcePolicy):
    """One principal of one Allow statement of one domain's access policy."""

    id = KindId("aws.opensearch_policy")
    title = "OpenSearch domain access policy"
    source = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # The domain says itself when it is done; AWS gives no figure, so ten minutes are our own margin and `probe` asks the domain.
    lag = Lag(
        settle_s=600,
        survives_s=0,
        source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"opensearch:DescribeDomainConfig", "opensearch:ListDomainNames"}
    writes = frozenset({"opensearch:UpdateDomainConfig"})
    fences = frozenset({"es:CreateDomain", "es:CreateElasticsearchDomain", "es:UpdateDomainConfig", "es:UpdateElasticsearchDomainConfig"})
    creates = frozenset(
        {
            "aws:elasticsearch/domain:Domain",
            "aws:elasticsearch/domainPolicy:DomainPolicy",
            "aws:opensearch/domain:Domain",
            "aws:opensearch/domainPolicy:DomainPolicy",
        }
    )
    blind = "Users, roles and their mappings inside the domain (fine-grained access control), its master user, Cognito and SAML sign-in to Dashboards."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every domain of the region."""
        for item in reader.read("opensearch:ListDomainNames"):
            name = str(item["DomainName"])
            yield Held(id=f"arn:aws:es:{reader.scope.region}:{reader.scope.id}:domain/{name}", name=f"domain {name}", params={"DomainName": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The domain's option `AccessPolicies`."""
        return _option(reader, held.params).get("Options")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The option, replaced."""
        return writer.write("opensearch:UpdateDomainConfig", **held.params, AccessPolicies=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """An empty option is no policy: then only what IAM itself allows in the account gets in."""
        return writer.write("opensearch:UpdateDomainConfig", **held.params, AccessPolicies="", missing_ok=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the policy; UNKNOWN while the domain still applies the change."""
        if super().probe(reader, path) is Verdict.ALIVE:
            return Verdict.ALIVE
        status = cast("Json", _option(reader, cast("Json", path.detail["params"])).get("Status") or {})
        return Verdict.GONE if status.get("State", "Active") == "Active" else Verdict.UNKNOWN


def _option(reader: Reader, params: Json) -> Json:
    answer = reader.get("opensearch:DescribeDomainConfig", **params)
    return cast("Json", cast("Json", answer["DomainConfig"]).get("AccessPolicies") or {}) if answer else {}


KIND: Kind = OpensearchPolicy()
