"""Redshift clusters to which other accounts may make endpoints of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_GOING = "Revoking"


class RedshiftEndpointAuthorization(Item):
    """One account that may reach one cluster from its own VPCs.

    Where the account has made endpoints already, they go with the authorization, and nobody here can bring them back: then there is no way to undo.
    """

    id = KindId("aws.redshift_endpoint_authorization")
    title = "Redshift endpoint authorization"
    row = "A22"
    source = "https://docs.aws.amazon.com/redshift/latest/mgmt/managing-cluster-cross-vpc.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # Endpoints take minutes to go (status `Revoking`); AWS gives no figure, so ten minutes are our own margin.
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/redshift/latest/APIReference/API_RevokeEndpointAccess.html (read 2026-11-22)")
    reads = frozenset({"redshift:DescribeEndpointAuthorization"})
    writes = frozenset({"redshift:AuthorizeEndpointAccess", "redshift:RevokeEndpointAccess"})
    fences = frozenset({"redshift:AuthorizeEndpointAccess"})
    creates = frozenset({"aws:redshift/endpointAuthorization:EndpointAuthorization"})
    blind = "Database users and passwords with which somebody signs in over the endpoint, and Redshift Serverless workgroups."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every authorization that the account gave in the region."""
        for item in reader.read("redshift:DescribeEndpointAuthorization"):
            cluster, account = str(item["ClusterIdentifier"]), str(item["Grantee"])
            where = "any of its VPCs" if item.get("AllowedAllVPCs") else ", ".join(cast("list[str]", item.get("AllowedVPCs") or ())) or "no VPC"
            yield AccessPath(
                kind=self.id,
                id=f"arn:aws:redshift:{reader.scope.region}:{reader.scope.id}:cluster:{cluster}#{account}@{item.get('AuthorizeTime', '')}",
                scope=reader.scope,
                holder=account,
                allows=f"reach Redshift cluster {cluster} from {where}",
                clues=((Clue.AWS_ACCOUNT, account),),
                detail={"cluster": cluster, "account": account, "endpoints": int(str(item.get("EndpointCount") or 0))},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """From where the account may reach it."""
        item = _item(reader, path)
        if item is None or item.get("Status") == _GOING:
            return None
        return {"everywhere": bool(item.get("AllowedAllVPCs")), "vpcs": sorted(cast("list[str]", item.get("AllowedVPCs") or ()))}

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the authorization; UNKNOWN while Redshift still takes the endpoints away."""
        item = _item(reader, path)
        if item is None:
            return Verdict.GONE
        return Verdict.UNKNOWN if item.get("Status") == _GOING else Verdict.ALIVE

    def disable_effect(self, path: AccessPath, /) -> str:
        """Only where no endpoint hangs on it."""
        if path.detail["endpoints"]:
            return ""
        return f"account {path.holder} may no longer reach {path.detail['cluster']} by endpoints of its own; undone by authorizing it again"

    def delete_effect(self, path: AccessPath, /) -> str:
        """Where endpoints hang on it."""
        if not path.detail["endpoints"]:
            return ""
        return (
            f"account {path.holder} may no longer reach {path.detail['cluster']}, and the {path.detail['endpoints']} endpoints that it made are deleted; "
            "not undone: only that account could make them again"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Revoked. Without force: an endpoint that was made in the meantime makes it fail rather than go along."""
        yield writer.write("redshift:RevokeEndpointAccess", **_named(path), missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorized again, for the same VPCs."""
        vpcs = {} if before["everywhere"] else {"VpcIds": before["vpcs"]}
        yield writer.write("redshift:AuthorizeEndpointAccess", **_named(path), **vpcs)

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Revoked with its endpoints."""
        yield writer.write("redshift:RevokeEndpointAccess", **_named(path), Force=True, missing_ok=True)


def _item(reader: Reader, path: AccessPath) -> Json | None:
    found = reader.get("redshift:DescribeEndpointAuthorization", **_named(path)) or {}
    return next(iter(cast("list[Json]", found.get("EndpointAuthorizationList") or ())), None)


def _named(path: AccessPath) -> Json:
    return {"ClusterIdentifier": path.detail["cluster"], "Account": path.detail["account"]}


KIND: Kind = RedshiftEndpointAuthorization()
