"""Policies of ECR repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class EcrRepositoryPolicy(ResourcePolicy):
    """One principal of one Allow statement of one repository's policy."""

    id = KindId("aws.ecr_repository_policy")
    title = "ECR repository policy"
    source = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # ECR gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"ecr:DescribeRepositories", "ecr:GetRepositoryPolicy"}
    writes = frozenset({"ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy"})
    fences = frozenset({"ecr:SetRepositoryPolicy"})
    creates = frozenset({"aws:ecr/repositoryPolicy:RepositoryPolicy"})
    blind = "Images that were pulled already, registry tokens (12 hours; each pull is checked against the policy again), and public repositories."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every private repository of the region."""
        for repository in reader.read("ecr:DescribeRepositories"):
            name = repository["repositoryName"]
            yield Held(
                id=f"{repository['repositoryArn']}@{repository.get('createdAt') or ''}",
                name=f"repository {name}",
                params={"registryId": repository["registryId"], "repositoryName": name},
            )

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy's text."""
        answer = reader.get("ecr:GetRepositoryPolicy", **held.params)
        return answer.get("policyText") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("ecr:SetRepositoryPolicy", **held.params, policyText=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("ecr:DeleteRepositoryPolicy", **held.params, missing_ok=True)


KIND: Kind = EcrRepositoryPolicy()
