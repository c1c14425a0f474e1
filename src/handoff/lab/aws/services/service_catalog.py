"""Service Catalog: portfolios and with whom they are shared; products there are none."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServiceCatalog(StandIn):
    """A portfolio of another account is found only as long as it is shared with the caller's; AWS says not-found otherwise, and so does this."""

    service = "servicecatalog"

    def CreatePortfolio(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A portfolio of the account."""
        name = f"port-{secrets.token_hex(7)[:13]}"
        made = {
            "Id": name,
            "ARN": f"arn:aws:catalog:{self.account.region}:{self.account.id}:portfolio/{name}",
            "DisplayName": p["DisplayName"],
            "ProviderName": p["ProviderName"],
            "CreatedTime": datetime.now(UTC).isoformat(),
        }
        self.table("portfolios")[name] = made
        return {"PortfolioDetail": made}

    def ListPortfolios(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"PortfolioDetails": list(self.table("portfolios").values())}

    def DescribePortfolio(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One portfolio, or one of another account that is shared with this one."""
        shared = self.table("offered").get(p["Id"])
        there = ServiceCatalog(self.account.elsewhere(shared)) if shared else self
        return {"PortfolioDetail": there.portfolio(p["Id"])}

    def DescribePortfolioShares(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With whom it is shared, of one type."""
        self.portfolio(p["PortfolioId"])
        return {"PortfolioShareDetails": [one for one in self._shares(p).values() if one["Type"] == p["Type"]]}

    def ListPortfolioAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The accounts that it is shared with."""
        self.portfolio(p["PortfolioId"])
        return {"AccountIds": [one["PrincipalId"] for one in self._shares(p).values() if one["Type"] == "ACCOUNT"]}

    def CreatePortfolioShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Shares it."""
        self.portfolio(p["PortfolioId"])
        type_, principal = _whom(p)
        self._shares(p)[f"{type_}:{principal}"] = {
            "PrincipalId": principal,
            "Type": type_,
            "Accepted": type_ != "ACCOUNT",
            "ShareTagOptions": bool(p.get("ShareTagOptions")),
            "SharePrincipals": bool(p.get("SharePrincipals")),
        }
        if type_ != "ACCOUNT":
            return {"PortfolioShareToken": f"share-{secrets.token_hex(7)[:13]}"}
        ServiceCatalog(self.account.elsewhere(principal)).table("offered")[p["PortfolioId"]] = self.account.id
        return {}

    def DeletePortfolioShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Shares it no more."""
        self.portfolio(p["PortfolioId"])
        type_, principal = _whom(p)
        if self._shares(p).pop(f"{type_}:{principal}", None) is None:
            raise Fault("ResourceNotFoundException", "it is not shared with them")
        if type_ != "ACCOUNT":
            return {"PortfolioShareToken": f"share-{secrets.token_hex(7)[:13]}"}
        ServiceCatalog(self.account.elsewhere(principal)).table("offered").pop(p["PortfolioId"], None)
        return {}

    def portfolio(self, name: str) -> Mapping[str, Any]:
        """One portfolio of this account."""
        found: Mapping[str, Any] | None = self.table("portfolios").get(name)
        if found is None:
            raise Fault("ResourceNotFoundException", f"Portfolio {name} not found")
        return found

    def _shares(self, p: Mapping[str, Any]) -> dict[str, Any]:
        shares: dict[str, Any] = self.table("shares").setdefault(p["PortfolioId"], {})
        return shares


def _whom(p: Mapping[str, Any]) -> tuple[str, str]:
    node = p.get("OrganizationNode")
    return (node["Type"], node["Value"]) if node else ("ACCOUNT", p["AccountId"])


STAND_IN = ServiceCatalog
