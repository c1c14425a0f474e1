"""Resource policies of EventBridge schema registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people, _policy, _revision
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._revision import RevisedPolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class EventSchemaRegistryPolicy(RevisedPolicy):
    """One principal of one Allow statement of one registry's policy."""

    id = KindId("aws.event_schema_registry_policy")
    title = "EventBridge schema registry policy"
    source = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-resource-based.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-policy.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"schemas:GetResourcePolicy", "schemas:ListRegistries"}
    writes = frozenset({"schemas:DeleteResourcePolicy", "schemas:PutResourcePolicy"})
    fences = frozenset({"schemas:PutResourcePolicy"})
    creates = frozenset({"aws:schemas/registryPolicy:RegistryPolicy"})
    blind = "Schemas that were fetched already."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every registry of the account; those of AWS itself have no policy of the account's."""
        for item in reader.read("schemas:ListRegistries", Scope="LOCAL"):
            yield Held(id=str(item["RegistryArn"]), name=f"schema registry {item['RegistryName']}", params={"RegistryName": item["RegistryName"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy and its revision."""
        answer = reader.get("schemas:GetResourcePolicy", **held.params)
        if not answer or not answer.get("Policy"):
            return None
        return _revision.carried(_policy.parse(answer["Policy"], where=held.id), answer.get("RevisionId"))

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced unless somebody else was quicker."""
        body, revision = _revision.split(text)
        known = {"RevisionId": revision} if revision is not None else {}
        return writer.write("schemas:PutResourcePolicy", **held.params, **known, Policy=body)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("schemas:DeleteResourcePolicy", **held.params, missing_ok=True)


KIND: Kind = EventSchemaRegistryPolicy()
