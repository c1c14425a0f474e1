"""CloudFormation StackSets: the sets and where their stacks are. No stack is made: what a set would do elsewhere is not the lab's."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class StackSets(StandIn):
    """Operations are done at once, where AWS takes a while."""

    service = "cloudformation"

    def CreateStackSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An empty set."""
        if p["StackSetName"] in self.table("sets"):
            raise Fault("NameAlreadyExistsException", "there is a set of this name", status=409)
        id_ = f"{p['StackSetName']}:{uuid.uuid4()}"
        kept = ("AdministrationRoleARN", "ExecutionRoleName", "AutoDeployment", "Tags", "TemplateBody")
        self.table("sets")[p["StackSetName"]] = {
            "StackSetName": p["StackSetName"],
            "StackSetId": id_,
            "StackSetARN": f"arn:aws:cloudformation:{self.account.region}:{self.account.id}:stackset/{id_}",
            "Status": "ACTIVE",
            "PermissionModel": p.get("PermissionModel", "SELF_MANAGED"),
        } | {name: p[name] for name in kept if p.get(name)}
        return {"StackSetId": id_}

    def ListStackSets(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region that are active; deleted ones are forgotten here."""
        shown = ("StackSetName", "StackSetId", "Status", "PermissionModel")
        return {"Summaries": [{name: one[name] for name in shown} for one in self.table("sets").values() if p.get("Status") in (None, one["Status"])]}

    def DescribeStackSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One set."""
        return {"StackSet": self._one(p)}

    def CreateStackInstances(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One for each target and region."""
        made = self._one(p)
        for target, region in _targets(p):
            place = "Account" if "Accounts" in p else "OrganizationalUnitId"
            stack = {"StackSetId": made["StackSetId"], "Region": region, "Account": target if place == "Account" else self.account.id, "Status": "CURRENT"}
            self.table("instances")[f"{p['StackSetName']} {target} {region}"] = stack | {place: target}
        return {"OperationId": str(uuid.uuid4())}

    def ListStackInstances(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one set."""
        self._one(p)
        return {"Summaries": [one for key, one in self.table("instances").items() if key.startswith(f"{p['StackSetName']} ")]}

    def DeleteStackInstances(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One for each target and region."""
        self._one(p)
        for target, region in _targets(p):
            self.table("instances").pop(f"{p['StackSetName']} {target} {region}", None)
        return {"OperationId": str(uuid.uuid4())}

    def DeleteStackSet(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Only an empty one; one that is not there is no error."""
        if any(key.startswith(f"{p['StackSetName']} ") for key in self.table("instances")):
            raise Fault("StackSetNotEmptyException", "StackSet is not empty", status=409)
        self.table("sets").pop(p["StackSetName"], None)
        return {}

    def _one(self, p: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("sets").get(p["StackSetName"])
        if found is None:
            raise Fault("StackSetNotFoundException", f"StackSet {p['StackSetName']} not found", status=404)
        return found


def _targets(p: Mapping[str, Any]) -> list[tuple[str, str]]:
    named = p.get("Accounts") or (p.get("DeploymentTargets") or {}).get("OrganizationalUnitIds") or []
    return [(target, region) for target in named for region in p["Regions"]]


STAND_IN = StackSets
