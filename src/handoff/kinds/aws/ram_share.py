"""Resource shares of AWS RAM: what of the client's other accounts may use as if it were theirs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Writer

_GONE = frozenset({"DISASSOCIATED", "FAILED"})
_GOING = "DISASSOCIATING"
_SHOWN = 5


class RamShare(Share):
    """One principal of one resource share that the account owns: an account, a role or user, an organization or one of its units."""

    id = KindId("aws.ram_share")
    title = "RAM resource share"
    row = "A23"
    source = "https://docs.aws.amazon.com/ram/latest/userguide/working-with-sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Taking a principal off runs on its own (status DISASSOCIATING) and AWS gives no figure: ten minutes are our own margin, and `probe` looks at the status.
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/ram/latest/APIReference/API_DisassociateResourceShare.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"ram:GetResourceShareAssociations", "ram:GetResourceShares"}
    writes = frozenset({"ram:AssociateResourceShare", "ram:DisassociateResourceShare"})
    fences = frozenset(
        {
            "ram:AssociateResourceShare",
            "ram:CreateResourceShare",
            "ram:EnableSharingWithAwsOrganization",
            "ram:PromoteResourceShareCreatedFromPolicy",
            "ram:UpdateResourceShare",
        }
    )
    creates = frozenset(
        {
            "aws:ram/principalAssociation:PrincipalAssociation",
            "aws:ram/resourceShare:ResourceShare",
            "aws:ram/resourceShareAssociationsExclusive:ResourceShareAssociationsExclusive",
        }
    )
    blind = (
        "Shares that RAM only mirrors from a resource policy (their policy is a path of its own), what of theirs other accounts have put into a shared subnet or "
        "attached to a shared gateway (it stays), and Systems Manager parameters that are shared by a policy alone."
    )
    use = "use"
    copies = "What the member made in a shared subnet or attached to a shared network stays, but it can make nothing more there."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every resource share that the account owns in the region and that is administered in RAM."""
        what = defaultdict[str, list[str]](list)
        for item in reader.read("ram:GetResourceShareAssociations", associationType="RESOURCE"):
            if item.get("status") not in _GONE:
                what[str(item["resourceShareArn"])].append(str(item["associatedEntity"]))
        for item in reader.read("ram:GetResourceShares", resourceOwner="SELF", resourceShareStatus="ACTIVE"):
            if item.get("featureSet") != "CREATED_FROM_POLICY":
                arn = str(item["resourceShareArn"])
                yield Held(id=arn, name=f"share {item.get('name', arn)} ({_named(what[arn])})", params={"resourceShareArn": arn})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The principals that are not on their way out."""
        for principal, status in _principals(reader, held.params):
            if status not in _GONE | {_GOING}:
                yield principal

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """A deleted share is listed for a while, and then no more."""
        return reader.get("ram:GetResourceShares", resourceOwner="SELF", resourceShareArns=[held.params["resourceShareArn"]]) is not None

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Taken off the share."""
        return writer.write("ram:DisassociateResourceShare", **held.params, principals=[member], missing_ok=True)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Put on the share again; an account outside the organization has to accept anew."""
        return writer.write("ram:AssociateResourceShare", **held.params, principals=[member])

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the share; UNKNOWN while RAM still takes the principal off."""
        if super().probe(reader, path) is Verdict.ALIVE:
            return Verdict.ALIVE
        params = cast("Json", path.detail["params"])
        if reader.get("ram:GetResourceShares", resourceOwner="SELF", resourceShareArns=[params["resourceShareArn"]]) is None:
            return Verdict.GONE
        return Verdict.UNKNOWN if (path.detail["member"], _GOING) in set(_principals(reader, params)) else Verdict.GONE


def _principals(reader: Reader, params: Json) -> Iterator[tuple[str, str]]:
    for item in reader.read("ram:GetResourceShareAssociations", associationType="PRINCIPAL", resourceShareArns=[params["resourceShareArn"]]):
        yield str(item["associatedEntity"]), str(item.get("status"))


def _named(arns: list[str]) -> str:
    shown = ", ".join(sorted(arns)[:_SHOWN]) or "nothing in it"
    return shown + (f" and {len(arns) - _SHOWN} more" if len(arns) > _SHOWN else "")


KIND: Kind = RamShare()
