"""VPC endpoints with their policies; the endpoints are ministack's, which keeps a policy and does not show it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT = json.dumps({"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
_FILTERS = {"vpc-id": "VpcId", "service-name": "ServiceName", "vpc-endpoint-type": "VpcEndpointType", "vpc-endpoint-id": "VpcEndpointId"}


class EndpointPolicies(StandIn):
    """Not enforced: nothing in the lab goes over an endpoint."""

    service = "ec2"

    def DescribeVpcEndpoints(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every endpoint of the account, or those that are named."""
        from ministack.services import ec2

        wanted = p.get("VpcEndpointIds") or ()
        for name in wanted:
            if name not in ec2._vpc_endpoints:
                raise Fault("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{name}' does not exist")
        # The model writes states with a capital letter.
        shown = [
            {"PolicyDocument": _DEFAULT, **one, "State": str(one["State"]).title(), "Tags": _tags(one)}
            for one in ec2._vpc_endpoints.values()
            if not wanted or one["VpcEndpointId"] in wanted
        ]
        for one in p.get("Filters") or ():
            if one["Name"] not in _FILTERS:
                raise Fault("InvalidParameterValue", f"the lab's AWS knows no filter {one['Name']} of endpoints")
            shown = [endpoint for endpoint in shown if endpoint[_FILTERS[one["Name"]]] in one["Values"]]
        return {"VpcEndpoints": shown}


def _tags(endpoint: Mapping[str, Any]) -> list[dict[str, str]]:
    from ministack.services import ec2

    return list(ec2._tags.get(endpoint["VpcEndpointId"], []))


STAND_IN = EndpointPolicies
