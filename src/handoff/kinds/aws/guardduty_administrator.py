"""Administrator of GuardDuty."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws._administrator import Administrator
from handoff.model import KindId, Lag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class GuarddutyAdministrator(Administrator):
    """One detector's administrator."""

    id = KindId("aws.guardduty_administrator")
    title = "GuardDuty administrator account"
    source = "https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisassociateFromAdministratorAccount.html (read 2026-11-22)"
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_accounts.html (read 2026-11-22)")
    reads = frozenset({"guardduty:GetAdministratorAccount", "guardduty:ListDetectors"})
    writes = frozenset({"guardduty:DisassociateFromAdministratorAccount"})
    fences = frozenset({"guardduty:AcceptAdministratorInvitation", "guardduty:AcceptInvitation", "guardduty:CreatePublishingDestination"})
    creates = frozenset({"aws:guardduty/inviteAccepter:InviteAccepter", "aws:guardduty/publishingDestination:PublishingDestination"})
    blind = "Buckets elsewhere to which findings are exported; accounts that are this one's members; findings that the administrator keeps."
    service = "GuardDuty"

    def held(self, reader: Reader, /) -> Iterator[tuple[str, str, str, str]]:
        """A region has at most one detector; one that has no administrator answers with an empty one."""
        detectors = (str(item["DetectorIds"]) for item in reader.read("guardduty:ListDetectors"))
        for detector, answer in fan.each(lambda one: (one, reader.get("guardduty:GetAdministratorAccount", DetectorId=one)), detectors):
            found = cast("Json", (answer or {}).get("Administrator") or {})
            if found.get("AccountId"):
                yield detector, str(found["AccountId"]), str(found.get("InvitationId") or ""), str(found.get("RelationshipStatus") or "")

    def leave(self, writer: Writer, what: str, /) -> Receipt:
        """Disassociate."""
        return writer.write("guardduty:DisassociateFromAdministratorAccount", DetectorId=what)


KIND: Kind = GuarddutyAdministrator()
