"""The resource policy of a Glue Data Catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class GluePolicy(ResourcePolicy):
    """One principal of one Allow statement of the catalog's policy."""

    id = KindId("aws.glue_policy")
    title = "Glue Data Catalog policy"
    source = "https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Glue gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"glue:GetResourcePolicy"}
    writes = frozenset({"glue:DeleteResourcePolicy", "glue:PutResourcePolicy"})
    fences = frozenset({"glue:PutResourcePolicy"})
    creates = frozenset({"aws:glue/resourcePolicy:ResourcePolicy"})
    blind = "Policies that Resource Access Manager keeps on single databases and tables: they follow from shares and Lake Formation grants."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """The one catalog of the account in the region."""
        yield Held(id=f"arn:aws:glue:{reader.scope.region}:{reader.scope.id}:catalog", name=f"Data Catalog {reader.scope.id}")

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The catalog's policy."""
        answer = reader.get("glue:GetResourcePolicy")
        return answer.get("PolicyInJson") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced. `EnableHybrid`: without it Glue refuses once a grant was made in Lake Formation; it changes nothing else."""
        return writer.write("glue:PutResourcePolicy", PolicyInJson=text, EnableHybrid="TRUE")

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("glue:DeleteResourcePolicy", missing_ok=True)


KIND: Kind = GluePolicy()
