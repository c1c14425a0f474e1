"""The organization's own resource policy, by which members are let in to manage policies of the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _organization, _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class OrganizationPolicy(ResourcePolicy):
    """One principal of one Allow statement of the delegation policy."""

    id = KindId("aws.organization_policy")
    title = "Delegation policy of an organization"
    row = "A16"
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html (read 2026-11-22)")
    reads = _people.MARK_READS | _organization.READS | {"organizations:DescribeResourcePolicy"}
    writes = frozenset({"organizations:DeleteResourcePolicy", "organizations:PutResourcePolicy"})
    fences = frozenset({"organizations:PutResourcePolicy"})
    creates = frozenset({"aws:organizations/resourcePolicy:ResourcePolicy"})
    blind = f"{_organization.ELSEWHERE} Policies that a delegated member has attached meanwhile."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """The organization, where it is managed."""
        organization = _organization.managed(reader)
        if organization is not None:
            yield Held(id=str(organization["Arn"]), name=f"organization {organization['Id']}")

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """By the one call that shows it."""
        answer = reader.get("organizations:DescribeResourcePolicy")
        return cast("Json", answer["ResourcePolicy"]).get("Content") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """Replace it; its tags stay."""
        return writer.write("organizations:PutResourcePolicy", Content=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Delete it."""
        return writer.write("organizations:DeleteResourcePolicy", missing_ok=True)


KIND: Kind = OrganizationPolicy()
