"""Resource policies of VPC Lattice: which other accounts may associate a service, a network or a resource configuration with their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer

_HOLDERS = (
    ("service", "vpc-lattice:ListServices"),
    ("service network", "vpc-lattice:ListServiceNetworks"),
    ("resource configuration", "vpc-lattice:ListResourceConfigurations"),
)


class LatticeResourcePolicy(ResourcePolicy):
    """One principal of one Allow statement of one service's, service network's or resource configuration's resource policy."""

    id = KindId("aws.lattice_resource_policy")
    title = "VPC Lattice resource policy"
    source = "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PutResourcePolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/vpc-lattice/latest/ug/sharing.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"vpc-lattice:GetResourcePolicy", *(op for _, op in _HOLDERS)}
    writes = frozenset({"vpc-lattice:DeleteResourcePolicy", "vpc-lattice:PutResourcePolicy"})
    fences = frozenset({"vpc-lattice:PutResourcePolicy"})
    creates = frozenset({"aws:vpclattice/resourcePolicy:ResourcePolicy"})
    after = frozenset({KindId("aws.ram_share")})
    blind = "Associations that other accounts made while they were allowed to: they stay until one side deletes them."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Everything of the account's own that can be shared; what is shared with it is listed too, and left out."""
        for what, op in _HOLDERS:
            for item in reader.read(op):
                arn = str(item["arn"])
                if f":{reader.scope.id}:" in arn:
                    yield Held(id=arn, name=f"{what} {item['name']}", params={"resourceArn": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy; empty or not-found when there is none."""
        return (reader.get("vpc-lattice:GetResourcePolicy", **held.params) or {}).get("policy")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("vpc-lattice:PutResourcePolicy", **held.params, policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets no other account associate it."""
        return writer.write("vpc-lattice:DeleteResourcePolicy", **held.params, missing_ok=True)


KIND: Kind = LatticeResourcePolicy()
