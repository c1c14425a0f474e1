"""Behaviour graphs of Amazon Detective that the account's logs go into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws._administrator import Administrator
from handoff.model import KindId, Lag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class DetectiveMembership(Administrator):
    """One graph that the account has joined."""

    id = KindId("aws.detective_membership")
    title = "Membership in another account's Detective graph"
    source = "https://docs.aws.amazon.com/detective/latest/APIReference/API_DisassociateMembership.html (read 2026-11-22)"
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/detective/latest/userguide/member-remove-self-from-graph.html (read 2026-11-22)")
    reads = frozenset({"detective:ListInvitations"})
    writes = frozenset({"detective:DisassociateMembership"})
    fences = frozenset({"detective:AcceptInvitation"})
    creates = frozenset({"aws:detective/invitationAccepter:InvitationAccepter"})
    blind = "What the graph has kept already; Macie and Inspector, whose administrator the organization names (aws.delegated_administrator)."
    service = "Detective"

    def held(self, reader: Reader, /) -> Iterator[tuple[str, str, str, str]]:
        """Memberships that were accepted."""
        for one in reader.read("detective:ListInvitations"):
            if one.get("Status") in {"ENABLED", "ACCEPTED_BUT_DISABLED"}:
                yield str(one["GraphArn"]), str(one["AdministratorId"]), str(one.get("InvitedTime") or ""), str(one["Status"])

    def leave(self, writer: Writer, what: str, /) -> Receipt:
        """Disassociate."""
        return writer.write("detective:DisassociateMembership", GraphArn=what, missing_ok=True)


KIND: Kind = DetectiveMembership()
