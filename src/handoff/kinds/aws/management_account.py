"""The management account of the organization that this account is in, when it is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _organization, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader


class ManagementAccount(Item):
    """Whoever manages the organization decides policies over this account, pays for it, may close it and reach into it. It only ends by leaving."""

    id = KindId("aws.management_account")
    title = "Management account of another owner"
    row = "A15"
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_leave-as-member.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(
        settle_s=0,
        survives_s=3600,
        source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_leave-as-member.html (read 2026-11-22)",
    )
    reads = _organization.READS
    writes: frozenset[str] = frozenset()
    fences = frozenset({"organizations:AcceptHandshake"})
    creates: frozenset[str] = frozenset()
    blind = (
        "What the management account has set up inside: the role OrganizationAccountAccessRole and others show as role trusts (A8), root sessions in no listing; who "
        "pays by another arrangement than the organization."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """None when the account is in no organization or manages its own."""
        organization = _organization.seen(reader)
        if organization is None or organization.get("MasterAccountId") == reader.scope.id:
            return
        manager, mail = str(organization["MasterAccountId"]), str(organization.get("MasterAccountEmail", ""))
        yield AccessPath(
            kind=self.id,
            id=f"{organization['Id']}#{manager}#{reader.scope.id}",
            scope=reader.scope,
            holder=f"account {manager}",
            allows=f"govern account {reader.scope.id} as its organization's management account",
            clues=((Clue.AWS_ACCOUNT, manager), (Clue.AWS_ORG, str(organization["Id"])), *_people.mails(mail)),
            detail={"organization": organization["Id"], "manager": manager, "mail": mail},
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The organization and who manages it, as long as it is the same."""
        organization = _organization.seen(reader)
        if organization is None or (organization.get("Id"), organization.get("MasterAccountId")) != (path.detail["organization"], path.detail["manager"]):
            return None
        return {"organization": organization["Id"], "manager": organization["MasterAccountId"]}

    def manual_effect(self, path: AccessPath, /) -> str:
        """Both sides have to do something; AWS Support does not take an account out for anybody."""
        return (
            f"the client puts its own payment method, contacts and root mailbox into account {path.scope.id}; its root user or administrator then calls organizations "
            f"LeaveOrganization (or {path.detail['manager']} removes the account), the client's own organization invites it, and the role OrganizationAccountAccessRole "
            f"is deleted; DescribeOrganization then names another management account, or none"
        )


KIND: Kind = ManagementAccount()
