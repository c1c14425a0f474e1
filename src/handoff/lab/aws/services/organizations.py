"""Organizations beyond ministack's: which one a member is in, delegated administrators, trusted services, the delegation policy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Organizations(StandIn):
    """Accounts are ministack's, where every account manages an organization; one that another has made is a member of that."""

    service = "organizations"
    regional = False

    def DescribeOrganization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The organization that the account is a member of, else its own."""
        del p
        from ministack.services import organizations

        manager = self._manager()
        if manager is None:
            organizations._ensure_org()
            return {"Organization": dict(organizations._orgs["self"])}
        return {"Organization": dict(organizations._orgs._data[manager, "self"])}

    def LeaveOrganization(self, p: Mapping[str, Any]) -> None:
        """The member is one no longer."""
        del p
        from ministack.services import organizations

        manager = self._manager()
        if manager is None:
            raise Fault("MasterCannotLeaveOrganizationException", "the management account cannot leave", status=400)
        del organizations._accounts._data[manager, self.account.id]

    def RegisterDelegatedAdministrator(self, p: Mapping[str, Any]) -> None:
        """A member administers a service."""
        self._managing()
        if self._account(p["AccountId"]) is None:
            raise Fault("AccountNotFoundException", "no such account in the organization", status=400)
        services = self.table("delegated").setdefault(p["AccountId"], {})
        if p["ServicePrincipal"] in services:
            raise Fault("AccountAlreadyRegisteredException", "the account administers the service already", status=400)
        services[p["ServicePrincipal"]] = _now()

    def DeregisterDelegatedAdministrator(self, p: Mapping[str, Any]) -> None:
        """And no longer."""
        self._managing()
        services = self.table("delegated").get(p["AccountId"], {})
        if services.pop(p["ServicePrincipal"], None) is None:
            raise Fault("AccountNotRegisteredException", "the account does not administer the service", status=400)
        if not services:
            del self.table("delegated")[p["AccountId"]]

    def ListDelegatedAdministrators(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one service when one is named."""
        self._managing()
        wanted = p.get("ServicePrincipal")
        names = ("Id", "Arn", "Email", "Name", "Status", "JoinedMethod", "JoinedTimestamp")
        found = []
        for account, services in self.table("delegated").items():
            if wanted is None or wanted in services:
                known = self._account(account) or {"Id": account}
                found.append({name: known[name] for name in names if name in known} | {"DelegationEnabledDate": min(services.values())})
        return {"DelegatedAdministrators": found}

    def ListDelegatedServicesForAccount(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a member administers."""
        self._managing()
        services = self.table("delegated").get(p["AccountId"])
        if services is None:
            raise Fault("AccountNotRegisteredException", "the account administers nothing", status=400)
        return {"DelegatedServices": [{"ServicePrincipal": service, "DelegationEnabledDate": since} for service, since in services.items()]}

    def EnableAWSServiceAccess(self, p: Mapping[str, Any]) -> None:
        """A service acts in the members."""
        self._managing()
        self.table("services").setdefault(p["ServicePrincipal"], _now())

    def DisableAWSServiceAccess(self, p: Mapping[str, Any]) -> None:
        """And no longer; saying it twice is no error."""
        self._managing()
        self.table("services").pop(p["ServicePrincipal"], None)

    def ListAWSServiceAccessForOrganization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every service that does."""
        del p
        self._managing()
        return {"EnabledServicePrincipals": [{"ServicePrincipal": service, "DateEnabled": since} for service, since in self.table("services").items()]}

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The delegation policy."""
        self._managing()
        try:
            json.loads(p["Content"])
        except ValueError as error:
            raise Fault("InvalidInputException", "the policy is not JSON", status=400) from error
        self.table("policy")["content"] = p["Content"]
        return self.DescribeResourcePolicy(p)

    def DescribeResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The delegation policy as it was put."""
        del p
        self._managing()
        content = self.table("policy").get("content")
        if content is None:
            raise Fault("ResourcePolicyNotFoundException", "the organization has no resource policy", status=400)
        arn = f"arn:aws:organizations::{self.account.id}:resourcepolicy/o-lab/rp-lab00000"
        return {"ResourcePolicy": {"ResourcePolicySummary": {"Id": "rp-lab00000", "Arn": arn}, "Content": content}}

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> None:
        """Gone."""
        self.DescribeResourcePolicy(p)
        del self.table("policy")["content"]

    def _managing(self) -> None:
        if self._manager() is not None:
            raise Fault("AccessDeniedException", "You don't have permissions to access this resource.", status=400)

    def _manager(self) -> str | None:
        from ministack.services import organizations

        for (manager, account), member in list(organizations._accounts._data.items()):
            if account == self.account.id != manager and member.get("Status") == "ACTIVE":
                return str(manager)
        return None

    def _account(self, account: str) -> dict[str, Any] | None:
        from ministack.services import organizations

        organizations._ensure_org()
        found: dict[str, Any] | None = organizations._accounts.get(account)
        return found


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()


STAND_IN = Organizations
