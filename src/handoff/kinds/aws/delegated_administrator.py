"""Accounts that administer a service for the whole organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _clues, _organization, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class DelegatedAdministrator(Item):
    """One account and one service, such as GuardDuty or StackSets."""

    id = KindId("aws.delegated_administrator")
    title = "Delegated administrator of an organization"
    row = "A16"
    source = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeregisterDelegatedAdministrator.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html (read 2026-11-22)",
    )
    reads = _organization.READS | {"organizations:ListDelegatedAdministrators", "organizations:ListDelegatedServicesForAccount"}
    writes = frozenset({"organizations:DeregisterDelegatedAdministrator", "organizations:RegisterDelegatedAdministrator"})
    fences = frozenset({"organizations:RegisterDelegatedAdministrator"})
    creates = frozenset({"aws:organizations/delegatedAdministrator:DelegatedAdministrator"})
    blind = f"{_organization.ELSEWHERE} Administrators that a service keeps by itself beside the organization's list (GuardDuty and Macie per region: A35)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every account with every service that it administers."""
        if _organization.managed(reader) is None:
            return
        accounts = reader.read("organizations:ListDelegatedAdministrators")
        listed = fan.each(lambda account: (account, list(reader.read("organizations:ListDelegatedServicesForAccount", AccountId=account["Id"]))), accounts)
        for account, services in listed:
            for service in services:
                yield AccessPath(
                    kind=self.id,
                    id=f"{account['Id']}#{service['ServicePrincipal']}",
                    scope=reader.scope,
                    holder=f"account {account['Id']}",
                    allows=f"administer {service['ServicePrincipal']} for the whole organization",
                    clues=(*_clues.of_arn(str(account["Id"])), *_people.mails(str(account.get("Email", ""))), (Clue.NAME, str(account.get("Name", "")))),
                    detail={"account": account["Id"], "service": service["ServicePrincipal"]},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The registration, asked by the service."""
        if _organization.managed(reader) is None:
            return None
        accounts = reader.read("organizations:ListDelegatedAdministrators", ServicePrincipal=path.detail["service"])
        there = any(account["Id"] == path.detail["account"] for account in accounts)
        return {"account": path.detail["account"], "service": path.detail["service"]} if there else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Registered again it administers again; what the service did on losing it, it does not undo."""
        return (
            f"account {path.detail['account']} is no longer the administrator of {path.detail['service']}; undone by registering it again. Some services stop what "
            f"they did for the organization until there is an administrator"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Deregister."""
        named = {"AccountId": path.detail["account"], "ServicePrincipal": path.detail["service"]}
        yield writer.write("organizations:DeregisterDelegatedAdministrator", **named, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Register again."""
        yield writer.write("organizations:RegisterDelegatedAdministrator", AccountId=path.detail["account"], ServicePrincipal=path.detail["service"])


KIND: Kind = DelegatedAdministrator()
