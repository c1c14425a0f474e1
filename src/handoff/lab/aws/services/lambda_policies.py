"""Policies of Lambda functions as whole documents, and those of layer versions.

Ministack keeps the statements and enforces them, but shows layers' versions and policies to whoever asks: here the caller needs the permission.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


_SHOWN = ("LayerVersionArn", "Version", "Description", "CreatedDate", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")


class LambdaPolicies(StandIn):
    """One document for each function, version, alias and layer version."""

    service = "lambda"

    def GetPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document of exactly this qualifier; ministack gives all of them when none is asked for."""
        function, arn = self._function(str(p["FunctionName"]), str(p.get("Qualifier") or ""))
        mine = [statement for statement in function["policy"]["Statement"] if statement["Resource"] == arn]
        if not mine:
            raise Fault("ResourceNotFoundException", "The resource you requested does not exist.", status=404)
        return {"Policy": json.dumps({**function["policy"], "Statement": mine}), "RevisionId": function["config"]["RevisionId"]}

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces the document of one ARN."""
        name, _, qualifier = p["ResourceArn"].partition(":function:")[2].partition(":")
        function, arn = self._function(name, qualifier)
        given = json.loads(p["Policy"])
        others = [statement for statement in function["policy"]["Statement"] if statement["Resource"] != arn]
        function["policy"] = {**function["policy"], "Statement": [*others, *({"Resource": arn, **statement} for statement in given["Statement"])]}
        return {"Policy": p["Policy"], "RevisionId": function["config"]["RevisionId"]}

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes the document of one ARN, or says that there was none."""
        name, _, qualifier = p["ResourceArn"].partition(":function:")[2].partition(":")
        self.GetPolicy({"FunctionName": name, "Qualifier": qualifier})
        function, arn = self._function(name, qualifier)
        function["policy"] = {**function["policy"], "Statement": [one for one in function["policy"]["Statement"] if one["Resource"] != arn]}
        return {}

    def ListLayerVersions(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every version of a layer, the latest first."""
        from ministack.services import lambda_svc

        kept = (lambda_svc._layers.get(p["LayerName"].rsplit(":", 1)[-1]) or {"versions": []})["versions"]
        shown = [{name: version[name] for name in _SHOWN if name in version} for version in kept if not version.get("_deleted")]
        return {"LayerVersions": shown[::-1]}

    def GetLayerVersionPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy of a layer version, or that there is none."""
        from ministack.services import lambda_svc

        return self._answered(lambda_svc._get_layer_version_policy(p["LayerName"], int(p["VersionNumber"])))

    def AddLayerVersionPermission(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more statement."""
        from ministack.services import lambda_svc

        return self._answered(lambda_svc._add_layer_version_permission(p["LayerName"], int(p["VersionNumber"]), dict(p)))

    def RemoveLayerVersionPermission(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One statement less."""
        from ministack.services import lambda_svc

        return self._answered(lambda_svc._remove_layer_version_permission(p["LayerName"], int(p["VersionNumber"]), p["StatementId"]))

    def _answered(self, answer: tuple[int, Mapping[str, str], bytes]) -> Mapping[str, Any]:
        status, headers, body = answer
        told = json.loads(body or b"{}")
        if status >= 400:
            code = told.get("__type") or told.get("Type") or headers.get("x-amzn-errortype", "")
            raise Fault(code, told.get("message") or told.get("Message") or "", status=status)
        found: Mapping[str, Any] = told
        return found

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """The function, or everything where it is a layer."""
        if "LayerName" in p:
            return "*"
        return str(p.get("ResourceArn") or f"arn:aws:lambda:{self.account.region}:{self.account.id}:function:{p['FunctionName']}")

    def _function(self, name: str, qualifier: str) -> tuple[Any, str]:
        from ministack.services import lambda_svc

        arn = f"arn:aws:lambda:{self.account.region}:{self.account.id}:function:{name.rsplit(':', 1)[-1]}"
        function = lambda_svc._functions.get(name.rsplit(":", 1)[-1])
        if function is None:
            raise Fault("ResourceNotFoundException", f"Function not found: {arn}", status=404)
        return function, f"{arn}:{qualifier}" if qualifier else arn


STAND_IN = LambdaPolicies
