"""Auth policies of VPC Lattice services and service networks: who may send requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class LatticeAuthPolicy(ResourcePolicy):
    """One principal of one Allow statement of one service's or service network's auth policy."""

    id = KindId("aws.lattice_auth_policy")
    title = "VPC Lattice auth policy"
    source = "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PutAuthPolicy.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"vpc-lattice:GetAuthPolicy", "vpc-lattice:ListServiceNetworks", "vpc-lattice:ListServices"}
    writes = frozenset({"vpc-lattice:DeleteAuthPolicy", "vpc-lattice:PutAuthPolicy"})
    fences = frozenset({"vpc-lattice:PutAuthPolicy", "vpc-lattice:UpdateService", "vpc-lattice:UpdateServiceNetwork"})
    creates = frozenset({"aws:vpclattice/authPolicy:AuthPolicy"})
    blind = (
        "Services and networks whose auth type is NONE: there the policy is not asked, and everybody who reaches the network gets in. "
        "Connections that stand already are checked request by request."
    )

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every service and service network that is the account's own; those shared with it are listed too, and left out."""
        for what, op in (("service", "vpc-lattice:ListServices"), ("service network", "vpc-lattice:ListServiceNetworks")):
            for item in reader.read(op):
                arn = str(item["arn"])
                if f":{reader.scope.id}:" in arn:
                    yield Held(id=arn, name=f"{what} {item['name']}", params={"resourceIdentifier": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy; empty or not-found when there is none."""
        return (reader.get("vpc-lattice:GetAuthPolicy", **held.params) or {}).get("policy")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("vpc-lattice:PutAuthPolicy", **held.params, policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Where the auth type is AWS_IAM, no policy denies everybody, as one that named only the cut principal did for all others."""
        return writer.write("vpc-lattice:DeleteAuthPolicy", **held.params, missing_ok=True)


KIND: Kind = LatticeAuthPolicy()
