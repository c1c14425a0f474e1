"""The list of a function's addresses: ministack asks for another permission than AWS does, and does not tell those of aliases apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Addresses(StandIn):
    """Over ministack's own functions and addresses."""

    service = "lambda"

    def ListFunctionUrlConfigs(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the function and of its aliases, whose ARNs end with the alias."""
        from ministack.services import lambda_svc

        name = _name(p["FunctionName"])
        if name not in lambda_svc._functions:
            raise Fault("ResourceNotFoundException", f"Function not found: {self.resource_of('', p)}", status=404)
        found = []
        for key, config in lambda_svc._function_urls.items():
            function, _, alias = key.partition(":")
            if function == name:
                found.append({**config, "FunctionArn": config["FunctionArn"] + (f":{alias}" if alias else "")})
        return {"FunctionUrlConfigs": found}

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """The function."""
        return f"arn:aws:lambda:{self.account.region}:{self.account.id}:function:{_name(p['FunctionName'])}"


def _name(given: str) -> str:
    """From a name or an ARN."""
    return given.split(":function:")[-1].split(":")[0]


STAND_IN = Addresses
