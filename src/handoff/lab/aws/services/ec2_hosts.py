"""What ministack's EC2 does not tell about hosts: user data, tags and ids of key pairs, the serial console, Instance Connect endpoints, refused peerings."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIXED: Mapping[str, tuple[str, object]] = {
    "disableApiStop": ("DisableApiStop", False),
    "disableApiTermination": ("DisableApiTermination", False),
    "ebsOptimized": ("EbsOptimized", False),
    "enaSupport": ("EnaSupport", True),
    "instanceInitiatedShutdownBehavior": ("InstanceInitiatedShutdownBehavior", "stop"),
    "sourceDestCheck": ("SourceDestCheck", True),
    "sriovNetSupport": ("SriovNetSupport", "simple"),
}
"""Attributes that nobody can change here."""


class Hosts(StandIn):
    """Over ministack's own instances, key pairs and peerings."""

    service = "ec2"

    def DescribeInstanceAttribute(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """User data as it was given at the launch or changed since."""
        one, asked = _instance(p), p["Attribute"]
        told: dict[str, Any] = {}
        if asked == "userData":
            told = {"UserData": {"Value": one["UserData"]} if one.get("UserData") else {}}
        elif asked == "instanceType":
            told = {"InstanceType": {"Value": one["InstanceType"]}}
        elif asked == "rootDeviceName":
            told = {"RootDeviceName": {"Value": one["RootDeviceName"]}}
        elif asked == "groupSet":
            told = {"Groups": one["SecurityGroups"]}
        elif asked in _FIXED:
            told = {_FIXED[asked][0]: {"Value": _FIXED[asked][1]}}
        return {"InstanceId": one["InstanceId"], **told}

    def ModifyInstanceAttribute(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """User data of a stopped instance, and nothing else."""
        one = _instance(p)
        if "UserData" not in p:
            raise Fault("UnsupportedOperation", "only user data can be changed here")
        if one["State"]["Name"] != "stopped":
            raise Fault("IncorrectInstanceState", f"The instance '{one['InstanceId']}' is not in the 'stopped' state.")
        value = p["UserData"].get("Value", b"")
        one["UserData"] = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        return {}

    def DescribeKeyPairs(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By name, by id, or all."""
        from ministack.services import ec2

        pairs = list(ec2._key_pairs.values())
        for field, asked in (("KeyName", p.get("KeyNames") or ()), ("KeyPairId", p.get("KeyPairIds") or ())):
            for value in asked:
                if all(one[field] != value for one in pairs):
                    raise Fault("InvalidKeyPair.NotFound", f"The key pair '{value}' does not exist")
            pairs = [one for one in pairs if not asked or one[field] in asked]
        told = ("KeyName", "KeyPairId", "KeyFingerprint")
        return {"KeyPairs": [{**{key: one[key] for key in told}, "KeyType": "rsa", "Tags": list(ec2._tags.get(one["KeyPairId"]) or ())} for one in pairs]}

    def DeleteKeyPair(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By name or by id; one that is not there is no error."""
        from ministack.services import ec2

        for name, one in list(ec2._key_pairs.items()):
            if name == p.get("KeyName") or one["KeyPairId"] == p.get("KeyPairId"):
                del ec2._key_pairs[name]
                return {"Return": True, "KeyPairId": one["KeyPairId"]}
        return {"Return": True}

    def GetSerialConsoleAccessStatus(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off until somebody turns it on."""
        return {"SerialConsoleAccessEnabled": self.table("settings").get("serial-console", False), "ManagedBy": "account"}

    def EnableSerialConsoleAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """On."""
        self.table("settings")["serial-console"] = True
        return {"SerialConsoleAccessEnabled": True}

    def DisableSerialConsoleAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Off."""
        self.table("settings")["serial-console"] = False
        return {"SerialConsoleAccessEnabled": False}

    def CreateInstanceConnectEndpoint(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ready at once."""
        made = _parts.new_id("eice")
        self.table("connect-endpoints")[made] = {
            "OwnerId": self.account.id,
            "InstanceConnectEndpointId": made,
            "InstanceConnectEndpointArn": f"arn:aws:ec2:{self.account.region}:{self.account.id}:instance-connect-endpoint/{made}",
            "State": "create-complete",
            "SubnetId": p["SubnetId"],
            "VpcId": "vpc-00000001",
            "CreatedAt": _parts.now(),
            "Tags": _parts.tags(p, "instance-connect-endpoint"),
        }
        return {"InstanceConnectEndpoint": self.table("connect-endpoints")[made]}

    def DescribeInstanceConnectEndpoints(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All, or those that are named."""
        named = p.get("InstanceConnectEndpointIds") or list(self.table("connect-endpoints"))
        return {"InstanceConnectEndpoints": [self._endpoint(name) for name in named]}

    def DeleteInstanceConnectEndpoint(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Gone at once."""
        gone = self._endpoint(p["InstanceConnectEndpointId"])
        del self.table("connect-endpoints")[gone["InstanceConnectEndpointId"]]
        return {"InstanceConnectEndpoint": {**gone, "State": "delete-complete"}}

    def RejectVpcPeeringConnection(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the side that was asked, before it said yes."""
        from ministack.services import ec2

        one = ec2._vpc_peering.get(p["VpcPeeringConnectionId"])
        if one is None:
            raise Fault("InvalidVpcPeeringConnectionID.NotFound", f"The VPC peering connection '{p['VpcPeeringConnectionId']}' does not exist")
        if one["Status"]["Code"] != "pending-acceptance" or one["AccepterVpcInfo"]["OwnerId"] != self.account.id:
            raise Fault("InvalidStateTransition", f"The VPC peering connection '{p['VpcPeeringConnectionId']}' cannot be rejected")
        ec2._set_vpc_peering_status(one, "rejected", f"Rejected by {self.account.id}")
        return {"Return": True}

    def _endpoint(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("connect-endpoints").get(name)
        if found is None:
            raise Fault("InvalidInstanceConnectEndpointId.NotFound", f"The instance connect endpoint ID '{name}' does not exist")
        return found


def _instance(p: Mapping[str, Any]) -> dict[str, Any]:
    from ministack.services import ec2

    one: dict[str, Any] | None = ec2._instances.get(p["InstanceId"])
    if one is None:
        raise Fault("InvalidInstanceID.NotFound", f"The instance ID '{p['InstanceId']}' does not exist")
    return one


STAND_IN = Hosts
