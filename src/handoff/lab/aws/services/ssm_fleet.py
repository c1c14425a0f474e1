"""Systems Manager beyond parameters and documents: activations, nodes, associations, maintenance windows. Nothing runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JOINS = "lab:joins"
"""In place of an agent: by an activation with this tag a machine of that name joins at once."""


class Fleet(StandIn):
    """Tables of each, as the calls leave them."""

    service = "ssm"

    def CreateActivation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A code and an id; the role is not looked up."""
        made = str(uuid.uuid4())
        one = {
            "ActivationId": made,
            "Description": p.get("Description", ""),
            "IamRole": p["IamRole"],
            "RegistrationLimit": p.get("RegistrationLimit", 1),
            "RegistrationsCount": 0,
            "Expired": False,
            "CreatedDate": _parts.now(),
            "Tags": list(p.get("Tags") or ()),
        }
        if p.get("DefaultInstanceName"):
            one["DefaultInstanceName"] = p["DefaultInstanceName"]
        self.table("activations")[made] = one
        for tag in one["Tags"]:
            if tag["Key"] == JOINS:
                self._join(one, tag["Value"])
        return {"ActivationId": made, "ActivationCode": uuid.uuid4().hex[:20]}

    def DescribeActivations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All, or those of the filters."""
        named = [value for one in p.get("Filters") or () if one["FilterKey"] == "ActivationIds" for value in one["FilterValues"]]
        return {"ActivationList": [one for one in self.table("activations").values() if not named or one["ActivationId"] in named]}

    def DeleteActivation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Machines that joined stay."""
        if self.table("activations").pop(p["ActivationId"], None) is None:
            raise Fault("InvalidActivation", f"Activation {p['ActivationId']} does not exist")
        return {}

    def DescribeInstanceInformation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All, or those of the filters."""
        nodes = list(self.table("nodes").values())
        for one in p.get("Filters") or ():
            field = {"InstanceIds": "InstanceId", "ResourceType": "ResourceType", "ActivationIds": "ActivationId"}.get(one["Key"])
            if field is None:
                raise Fault("InvalidFilterKey", f"{one['Key']} is not a filter here")
            nodes = [node for node in nodes if node[field] in one["Values"]]
        return {"InstanceInformationList": nodes}

    def DeregisterManagedInstance(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """It is no longer of the account."""
        if self.table("nodes").pop(p["InstanceId"], None) is None:
            raise Fault("InvalidInstanceId", f"{p['InstanceId']} is not registered")
        return {}

    def CreateAssociation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document is not looked up."""
        made = str(uuid.uuid4())
        kept = ("Name", "Targets", "Parameters", "ScheduleExpression", "OutputLocation", "AssociationName", "DocumentVersion", "TargetLocations")
        self._tag(made, p.get("Tags") or ())
        self.table("associations")[made] = {"AssociationId": made, "Date": _parts.now(), **{key: p[key] for key in kept if key in p}}
        return {"AssociationDescription": self.table("associations")[made]}

    def ListAssociations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without parameters and output, as AWS lists them."""
        told = ("AssociationId", "Name", "Targets", "ScheduleExpression", "AssociationName", "DocumentVersion")
        return {"Associations": [{key: one[key] for key in told if key in one} for one in self.table("associations").values()]}

    def DescribeAssociation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of one."""
        return {"AssociationDescription": self._one("associations", p["AssociationId"], "AssociationDoesNotExist")}

    def DeleteAssociation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """It no longer runs."""
        del self.table("associations")[self._one("associations", p["AssociationId"], "AssociationDoesNotExist")["AssociationId"]]
        return {}

    def CreateMaintenanceWindow(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Enabled, as AWS makes them."""
        made = _parts.new_id("mw")
        kept = ("Name", "Description", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")
        self.table("windows")[made] = {"WindowId": made, "Enabled": True, **{key: p[key] for key in kept if key in p}}
        return {"WindowId": made}

    def DescribeMaintenanceWindows(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All."""
        told = ("WindowId", "Name", "Description", "Enabled", "Schedule", "Duration", "Cutoff")
        return {"WindowIdentities": [{key: one[key] for key in told if key in one} for one in self.table("windows").values()]}

    def GetMaintenanceWindow(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One."""
        return self._one("windows", p["WindowId"], "DoesNotExistException")

    def UpdateMaintenanceWindow(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is given is changed, the rest stays."""
        one = self._one("windows", p["WindowId"], "DoesNotExistException")
        one.update({key: value for key, value in p.items() if key in {"Enabled", "Name", "Description", "Schedule", "Duration", "Cutoff"}})
        return one

    def DeleteMaintenanceWindow(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its tasks; one that is not there is no error."""
        self.table("windows").pop(p["WindowId"], None)
        self.table("tasks").pop(p["WindowId"], None)
        return {"WindowId": p["WindowId"]}

    def RegisterTaskWithMaintenanceWindow(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A task of a window."""
        self._one("windows", p["WindowId"], "DoesNotExistException")
        made = str(uuid.uuid4())
        kept = {"WindowId": p["WindowId"], "WindowTaskId": made, "TaskArn": p["TaskArn"], "Type": p["TaskType"]}
        role = {"ServiceRoleArn": p["ServiceRoleArn"]} if p.get("ServiceRoleArn") else {}
        self.table("tasks").setdefault(p["WindowId"], []).append({**kept, **role})
        return {"WindowTaskId": made}

    def DescribeMaintenanceWindowTasks(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one window."""
        return {"Tasks": self.table("tasks").get(self._one("windows", p["WindowId"], "DoesNotExistException")["WindowId"], [])}

    def _join(self, activation: dict[str, Any], name: str) -> None:
        made = _parts.new_id("mi")
        activation["RegistrationsCount"] += 1
        self._tag(made, [tag for tag in activation["Tags"] if tag["Key"] != JOINS])
        self.table("nodes")[made] = {
            "InstanceId": made,
            "PingStatus": "Online",
            "ActivationId": activation["ActivationId"],
            "IamRole": activation["IamRole"],
            "RegistrationDate": _parts.now(),
            "ResourceType": "ManagedInstance",
            "IPAddress": "192.0.2.7",
            "ComputerName": name,
        }

    def _tag(self, name: str, tags: Iterable[Mapping[str, str]]) -> None:
        """Where ministack's own AddTagsToResource and ListTagsForResource keep them."""
        from ministack.services import ssm

        ssm._tags[name] = {tag["Key"]: tag["Value"] for tag in tags}

    def _one(self, table: str, name: str, code: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table(table).get(name)
        if found is None:
            raise Fault(code, f"{name} does not exist")
        return found


STAND_IN = Fleet
