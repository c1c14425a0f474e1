"""Policies of CloudWatch Logs that hold for a whole account and region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class LogsAccountPolicies(StandIn):
    """Not enforced: no line of the lab's logs is sent on by them."""

    service = "logs"

    def PutAccountPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One subscription policy in a region; putting it again replaces it."""
        try:
            json.loads(p["policyDocument"])
        except ValueError as error:
            raise Fault("InvalidParameterException", "the policy document is not JSON") from error
        kept = self.table("policies")
        if p["policyType"] == "SUBSCRIPTION_FILTER_POLICY" and any(
            one["policyType"] == p["policyType"] and one["policyName"] != p["policyName"] for one in kept.values()
        ):
            raise Fault("LimitExceededException", "Resource limit exceeded.")
        made = {"accountId": self.account.id, "scope": "ALL", **p}
        kept[f"{p['policyType']}/{p['policyName']}"] = made
        return {"accountPolicy": made}

    def DescribeAccountPolicies(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of a type, by name when one is given."""
        found = [one for one in self.table("policies").values() if one["policyType"] == p["policyType"]]
        return {"accountPolicies": [one for one in found if p.get("policyName") in {None, one["policyName"]}]}

    def DeleteAccountPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when it is gone."""
        if self.table("policies").pop(f"{p['policyType']}/{p['policyName']}", None) is None:
            raise Fault("ResourceNotFoundException", "The specified resource does not exist.")
        return {}


STAND_IN = LogsAccountPolicies
