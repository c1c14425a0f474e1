"""Permissions policies of CodeArtifact repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people, _policy, _revision
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._revision import RevisedPolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CodeartifactRepositoryPolicy(RevisedPolicy):
    """One principal of one Allow statement of one repository's policy."""

    id = KindId("aws.codeartifact_repository_policy")
    title = "CodeArtifact repository policy"
    source = "https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # One minute is our own margin; tokens live for up to 12 hours, but each request with one is checked against the repository's policy.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"codeartifact:GetRepositoryPermissionsPolicy", "codeartifact:ListRepositories"}
    writes = frozenset({"codeartifact:DeleteRepositoryPermissionsPolicy", "codeartifact:PutRepositoryPermissionsPolicy"})
    fences = frozenset({"codeartifact:PutRepositoryPermissionsPolicy"})
    creates = frozenset({"aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy"})
    blind = "Packages that were fetched already, and upstream repositories that a repository draws from."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every repository of the account in the region; its domain may be of another account."""
        for item in reader.read("codeartifact:ListRepositories"):
            params = {"domain": item["domainName"], "domainOwner": item["domainOwner"], "repository": item["name"]}
            yield Held(id=str(item["arn"]), name=f"CodeArtifact repository {item['domainName']}/{item['name']}", params=params)

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The document and its revision."""
        answer = reader.get("codeartifact:GetRepositoryPermissionsPolicy", **held.params)
        policy = cast("Json", (answer or {}).get("policy") or {})
        return _revision.carried(_policy.parse(policy["document"], where=held.id), policy.get("revision")) if policy.get("document") else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The document, replaced unless somebody else was quicker."""
        body, revision = _revision.split(text)
        known = {"policyRevision": revision} if revision is not None else {}
        return writer.write("codeartifact:PutRepositoryPermissionsPolicy", **held.params, **known, policyDocument=body)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("codeartifact:DeleteRepositoryPermissionsPolicy", **held.params, missing_ok=True)


KIND: Kind = CodeartifactRepositoryPolicy()
