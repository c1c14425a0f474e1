"""Policies of secrets in Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class SecretPolicy(ResourcePolicy):
    """One principal of one Allow statement of one secret's policy."""

    id = KindId("aws.secret_policy")
    title = "Secrets Manager secret policy"
    source = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Secrets Manager gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"secretsmanager:GetResourcePolicy", "secretsmanager:ListSecrets"}
    writes = frozenset({"secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"})
    fences = frozenset({"secretsmanager:PutResourcePolicy"})
    creates = frozenset({"aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy"})
    blind = "Values that were read already: whoever could read a secret may still know it, so rotate it. Policies of secrets that are scheduled for deletion."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every secret of the region; its ARN ends with six random characters."""
        for secret in reader.read("secretsmanager:ListSecrets"):
            yield Held(id=str(secret["ARN"]), name=f"secret {secret['Name']}", params={"SecretId": secret["ARN"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy, not the value."""
        answer = reader.get("secretsmanager:GetResourcePolicy", **held.params)
        return answer.get("ResourcePolicy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("secretsmanager:PutResourcePolicy", **held.params, ResourcePolicy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("secretsmanager:DeleteResourcePolicy", **held.params, missing_ok=True)


KIND: Kind = SecretPolicy()
