"""Listing, changing and deleting a function's addresses: ministack asks for other permissions than AWS does, and does not tell those of aliases apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
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

    def UpdateFunctionUrlConfig(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is given is changed, the rest stays."""
        _, config = self._one(p)
        config.update({key: p[key] for key in ("AuthType", "Cors", "InvokeMode") if key in p})
        config["LastModifiedTime"] = _parts.now()
        return dict(config)

    def DeleteFunctionUrlConfig(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The function stays."""
        from ministack.services import lambda_svc

        del lambda_svc._function_urls[self._one(p)[0]]
        return {}

    def _one(self, p: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Its key in ministack's table, and what is there."""
        from ministack.services import lambda_svc

        key = str(lambda_svc._url_config_key(_name(p["FunctionName"]), p.get("Qualifier")))
        if key not in lambda_svc._function_urls:
            raise Fault("ResourceNotFoundException", f"Function URL config not found for {_name(p['FunctionName'])}", status=404)
        return key, lambda_svc._function_urls[key]

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """The function."""
        return f"arn:aws:lambda:{self.account.region}:{self.account.id}:function:{_name(p['FunctionName'])}"


def _name(given: str) -> str:
    """From a name or an ARN."""
    return given.split(":function:")[-1].split(":")[0]


STAND_IN = Addresses
