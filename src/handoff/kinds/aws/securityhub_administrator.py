"""Administrator of Security Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._administrator import Administrator
from handoff.model import KindId, Lag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SecurityhubAdministrator(Administrator):
    """The region's administrator."""

    id = KindId("aws.securityhub_administrator")
    title = "Security Hub administrator account"
    source = "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisassociateFromAdministratorAccount.html (read 2026-11-22)"
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-accounts.html (read 2026-11-22)")
    reads = frozenset({"securityhub:GetAdministratorAccount"})
    writes = frozenset({"securityhub:DisassociateFromAdministratorAccount"})
    fences = frozenset({"securityhub:AcceptAdministratorInvitation", "securityhub:AcceptInvitation"})
    creates = frozenset({"aws:securityhub/inviteAccepter:InviteAccepter"})
    blind = "Accounts that are this one's members; integrations that pass findings on; findings that the administrator keeps."
    service = "Security Hub"

    def held(self, reader: Reader, /) -> Iterator[tuple[str, str, str, str]]:
        """At most one; where Security Hub is not switched on AWS says that the account is not subscribed."""
        found = cast("Json", (reader.get("securityhub:GetAdministratorAccount") or {}).get("Administrator") or {})
        if found.get("AccountId"):
            yield "hub", str(found["AccountId"]), str(found.get("InvitationId") or ""), str(found.get("MemberStatus") or "")

    def leave(self, writer: Writer, what: str, /) -> Receipt:
        """Disassociate."""
        return writer.write("securityhub:DisassociateFromAdministratorAccount")


KIND: Kind = SecurityhubAdministrator()
