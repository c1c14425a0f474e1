"""Services that act in every account of the organization on its behalf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _organization
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class ServiceAccess(Item):
    """One trusted service. The holder is AWS; who steers it is a delegated administrator, which is a path of its own."""

    id = KindId("aws.service_access")
    title = "Trusted access of a service to an organization"
    row = "A16"
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html (read 2026-11-22)")
    reads = _organization.READS | {"organizations:ListAWSServiceAccessForOrganization"}
    writes = frozenset({"organizations:DisableAWSServiceAccess", "organizations:EnableAWSServiceAccess"})
    fences = frozenset({"organizations:EnableAWSServiceAccess"})
    creates = frozenset({"aws:organizations/awsServiceAccess:AwsServiceAccess"})
    after = frozenset({KindId("aws.delegated_administrator")})
    blind = f"{_organization.ELSEWHERE} Service-linked roles that the service has made in the members and leaves there."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every service that is trusted."""
        if _organization.managed(reader) is None:
            return
        for item in reader.read("organizations:ListAWSServiceAccessForOrganization"):
            service = str(item["ServicePrincipal"])
            yield AccessPath(
                kind=self.id,
                id=f"{reader.scope.id}#{service}",
                scope=reader.scope,
                holder=service,
                allows="act in every account of the organization through its service-linked role",
                clues=((Clue.AWS_SERVICE, service),),
                detail={"service": service, "since": item.get("DateEnabled")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is trusted; there is no call for one service."""
        if _organization.managed(reader) is None:
            return None
        there = any(item["ServicePrincipal"] == path.detail["service"] for item in reader.read("organizations:ListAWSServiceAccessForOrganization"))
        return {"service": path.detail["service"]} if there else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Trusted again it acts again."""
        return f"{path.detail['service']} no longer acts in the organization's accounts; undone by trusting it again. What it ran there stops meanwhile"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Trust no more."""
        yield writer.write("organizations:DisableAWSServiceAccess", ServicePrincipal=path.detail["service"])

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Trust again."""
        yield writer.write("organizations:EnableAWSServiceAccess", ServicePrincipal=path.detail["service"])


KIND: Kind = ServiceAccess()
