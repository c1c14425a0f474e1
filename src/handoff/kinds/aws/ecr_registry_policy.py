"""The policy of an ECR registry: who may replicate into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class EcrRegistryPolicy(ResourcePolicy):
    """One principal of one Allow statement of the registry's policy."""

    id = KindId("aws.ecr_registry_policy")
    title = "ECR registry policy"
    source = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # ECR gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"ecr:GetRegistryPolicy"}
    writes = frozenset({"ecr:DeleteRegistryPolicy", "ecr:PutRegistryPolicy"})
    fences = frozenset({"ecr:PutRegistryPolicy"})
    creates = frozenset({"aws:ecr/registryPolicy:RegistryPolicy"})
    blind = "Images that were replicated or imported already, and replication out of this registry."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """The one registry of the account in the region."""
        yield Held(id=f"arn:aws:ecr:{reader.scope.region}:{reader.scope.id}:registry", name=f"registry {reader.scope.id}")

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy's text."""
        answer = reader.get("ecr:GetRegistryPolicy")
        return answer.get("policyText") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("ecr:PutRegistryPolicy", policyText=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("ecr:DeleteRegistryPolicy", missing_ok=True)


KIND: Kind = EcrRegistryPolicy()
