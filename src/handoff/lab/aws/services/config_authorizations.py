"""Who may gather what AWS Config knows of an account; moto forgets the tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class ConfigAuthorizations(StandIn):
    """Not enforced: no aggregator of the lab gathers anything."""

    service = "config"

    def PutAggregationAuthorization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Authorizing twice is authorizing once."""
        region, account = p["AuthorizedAwsRegion"], p["AuthorizedAccountId"]
        arn = f"arn:aws:config:{self.account.region}:{self.account.id}:aggregation-authorization/{account}/{region}"
        made = {"AggregationAuthorizationArn": arn, "AuthorizedAccountId": account, "AuthorizedAwsRegion": region, "CreationTime": _parts.now()}
        self.table("authorizations")[arn] = made
        self.table("tags")[arn] = list(p.get("Tags") or ())
        return {"AggregationAuthorization": made}

    def DescribeAggregationAuthorizations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        return {"AggregationAuthorizations": list(self.table("authorizations").values())}

    def DeleteAggregationAuthorization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Says nothing when it is gone."""
        end = f"/{p['AuthorizedAccountId']}/{p['AuthorizedAwsRegion']}"
        for arn in [one for one in self.table("authorizations") if one.endswith(end)]:
            del self.table("authorizations")[arn]
        return {}

    def ListTagsForResource(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of an authorization; ministack keeps no tags of other things of Config."""
        if p["ResourceArn"] not in self.table("authorizations"):
            raise Fault("ResourceNotFoundException", "no such resource")
        return {"Tags": self.table("tags")[p["ResourceArn"]]}


STAND_IN = ConfigAuthorizations
