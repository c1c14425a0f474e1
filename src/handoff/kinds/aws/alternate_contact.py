"""Alternate contacts of an account: who gets AWS's mail about billing, operations and security, and may speak for the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_TYPES = ("BILLING", "OPERATIONS", "SECURITY")


class AlternateContact(Item):
    """One contact. Without it the root mailbox gets the mail, so taking one out loses nothing."""

    id = KindId("aws.alternate_contact")
    title = "Alternate contact (billing, operations, security)"
    row = "A13"
    source = "https://docs.aws.amazon.com/accounts/latest/reference/API_DeleteAlternateContact.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=0, survives_s=0, source="https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html (read 2026-11-22)"
    )
    reads = frozenset({"account:GetAlternateContact"})
    writes = frozenset({"account:DeleteAlternateContact", "account:PutAlternateContact"})
    fences = frozenset({"account:PutAlternateContact", "account:PutContactInformation"})
    creates = frozenset({"aws:account/alternativeContact:AlternativeContact"})
    blind = "Mail that AWS has sent already; the primary contact, which has no mail address of its own; contacts of support cases."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Each of the three that is set."""
        for type_ in _TYPES:
            contact = _contact(reader, type_)
            if contact is None:
                continue
            mail = str(contact["EmailAddress"])
            yield AccessPath(
                kind=self.id,
                id=f"{reader.scope.id}#{type_}#{mail.lower()}",
                scope=reader.scope,
                holder=mail,
                allows=f"get AWS's {type_.lower()} mail and answer AWS for the account",
                clues=(*_people.mails(mail), (Clue.NAME, str(contact["Name"]))),
                detail={"type": type_, "mail": mail},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The contact as it is written back; somebody else's by now is none of this path."""
        contact = _contact(reader, str(path.detail["type"]))
        return contact if contact and contact["EmailAddress"] == path.detail["mail"] else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone in full."""
        return f"{path.detail['mail']} is no longer the {str(path.detail['type']).lower()} contact; the root mailbox gets the mail; undone by putting it back"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("account:DeleteAlternateContact", AlternateContactType=path.detail["type"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put back, unless somebody has put in another since."""
        if _contact(writer, str(path.detail["type"])) is None:
            yield writer.write("account:PutAlternateContact", **before)


def _contact(reader: Reader, type_: str) -> Json | None:
    answer = reader.get("account:GetAlternateContact", AlternateContactType=type_)
    return cast("Json", answer["AlternateContact"]) if answer else None


KIND: Kind = AlternateContact()
