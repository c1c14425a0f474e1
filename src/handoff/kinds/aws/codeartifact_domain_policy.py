"""Permissions policies of CodeArtifact domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people, _policy, _revision
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._revision import RevisedPolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CodeartifactDomainPolicy(RevisedPolicy):
    """One principal of one Allow statement of one domain's policy."""

    id = KindId("aws.codeartifact_domain_policy")
    title = "CodeArtifact domain policy"
    source = "https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # One minute is our own margin. A token that the domain gave lives for up to 12 hours, and repositories take it as long as their own policies do.
    lag = Lag(settle_s=60, survives_s=43200, source="https://docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"codeartifact:GetDomainPermissionsPolicy", "codeartifact:ListDomains"}
    writes = frozenset({"codeartifact:DeleteDomainPermissionsPolicy", "codeartifact:PutDomainPermissionsPolicy"})
    fences = frozenset({"codeartifact:PutDomainPermissionsPolicy"})
    creates = frozenset({"aws:codeartifact/domainPermissions:DomainPermissions"})
    blind = "Packages that were fetched already, and repositories of other accounts inside the domain."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every domain that the account owns in the region."""
        for item in reader.read("codeartifact:ListDomains"):
            if item.get("owner") == reader.scope.id and item.get("status") != "Deleted":
                yield Held(id=str(item["arn"]), name=f"CodeArtifact domain {item['name']}", params={"domain": item["name"], "domainOwner": item["owner"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The document and its revision."""
        answer = reader.get("codeartifact:GetDomainPermissionsPolicy", **held.params)
        policy = cast("Json", (answer or {}).get("policy") or {})
        return _revision.carried(_policy.parse(policy["document"], where=held.id), policy.get("revision")) if policy.get("document") else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The document, replaced unless somebody else was quicker."""
        body, revision = _revision.split(text)
        known = {"policyRevision": revision} if revision is not None else {}
        return writer.write("codeartifact:PutDomainPermissionsPolicy", **held.params, **known, policyDocument=body)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("codeartifact:DeleteDomainPermissionsPolicy", **held.params, missing_ok=True)


KIND: Kind = CodeartifactDomainPolicy()
