"""Service Catalog portfolios that other accounts may import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _clues
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# Accounts that have a portfolio through an organization's share go with that share; asking for them would name each twice.
_TYPES = ("ACCOUNT", "ORGANIZATION", "ORGANIZATIONAL_UNIT")


class ServiceCatalogShare(Item):
    """One account, organization or organizational unit that one portfolio is shared with."""

    id = KindId("aws.service_catalog_share")
    title = "Shared Service Catalog portfolio"
    row = "A24"
    source = "https://docs.aws.amazon.com/servicecatalog/latest/adminguide/catalogs_portfolios_sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # Shares with an organization are taken back account by account and AWS gives no figure: ten minutes are our own margin.
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/servicecatalog/latest/dg/API_DeletePortfolioShare.html (read 2026-11-22)")
    reads = frozenset({"servicecatalog:DescribePortfolio", "servicecatalog:DescribePortfolioShares", "servicecatalog:ListPortfolios"})
    writes = frozenset({"servicecatalog:CreatePortfolioShare", "servicecatalog:DeletePortfolioShare"})
    fences = frozenset({"servicecatalog:CreatePortfolioShare", "servicecatalog:EnableAWSOrganizationsAccess", "servicecatalog:UpdatePortfolioShare"})
    creates = frozenset({"aws:servicecatalog/organizationsAccess:OrganizationsAccess", "aws:servicecatalog/portfolioShare:PortfolioShare"})
    blind = "Products that were launched from the portfolio already, and principals inside the account that may use it (their own IAM rights show them)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every share of every portfolio that the account owns."""
        asked = ((item, type_) for item in reader.read("servicecatalog:ListPortfolios") for type_ in _TYPES)
        for portfolio, type_, shares in fan.each(lambda pair: (*pair, list(_shares(reader, str(pair[0]["Id"]), pair[1]))), asked):
            for share in shares:
                principal = str(share["PrincipalId"])
                yield AccessPath(
                    kind=self.id,
                    id=f"{portfolio['ARN']}#{type_}:{principal}",
                    scope=reader.scope,
                    holder=principal,
                    allows=f"import portfolio {portfolio.get('DisplayName', portfolio['Id'])} and launch its products in accounts of its own",
                    clues=tuple(_clues.of_arn(principal)),
                    detail={"portfolio": portfolio["Id"], "type": type_, "principal": principal, "accepted": share.get("Accepted")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What is shared along with the portfolio."""
        portfolio = str(path.detail["portfolio"])
        if reader.get("servicecatalog:DescribePortfolio", Id=portfolio) is None:
            return None
        for share in _shares(reader, portfolio, str(path.detail["type"])):
            if share["PrincipalId"] == path.detail["principal"]:
                return {"tag_options": bool(share.get("ShareTagOptions")), "principals": bool(share.get("SharePrincipals"))}
        return None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The share is taken back."""
        return (
            f"portfolio {path.detail['portfolio']} is no longer shared with {path.holder}; what was launched from it stays with whoever launched it; "
            "undone by sharing it again, which an account then has to accept anew"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Taken back."""
        yield writer.write("servicecatalog:DeletePortfolioShare", **_named(path), missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Shared again, with as much along with it as before."""
        along = {"ShareTagOptions": before["tag_options"], "SharePrincipals": before["principals"]}
        yield writer.write("servicecatalog:CreatePortfolioShare", **_named(path), **along)


def _shares(reader: Reader, portfolio: str, type_: str) -> Iterator[Json]:
    return reader.read("servicecatalog:DescribePortfolioShares", PortfolioId=portfolio, Type=type_)


def _named(path: AccessPath) -> Json:
    type_, principal = str(path.detail["type"]), str(path.detail["principal"])
    if type_ == "ACCOUNT":
        return {"PortfolioId": path.detail["portfolio"], "AccountId": principal}
    return {"PortfolioId": path.detail["portfolio"], "OrganizationNode": {"Type": type_, "Value": principal.rsplit("/", 1)[-1]}}


KIND: Kind = ServiceCatalogShare()
