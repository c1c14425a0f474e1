"""The lab's AWS with the stand-ins of these tests: one for each protocol, and some that are wrong."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handoff.lab.aws.server import run
from handoff.lab.aws.standin import Fault, StandIn

Members = Mapping[str, Any]


class Connections(StandIn):
    """json"""

    service = "codeconnections"

    def CreateConnection(self, p: Members) -> Members:
        arn = f"arn:aws:codeconnections:{self.account.region}:{self.account.id}:connection/{p['ConnectionName']}"
        self.table("connections")[arn] = {"ConnectionName": p["ConnectionName"], "ConnectionArn": arn, "OwnerAccountId": self.account.id}
        return {"ConnectionArn": arn}

    def ListConnections(self, p: Members) -> Members:
        return {"Connections": list(self.table("connections").values())}

    def GetConnection(self, p: Members) -> Members:
        found = self.table("connections").get(p["ConnectionArn"])
        if found is None:
            raise Fault("ResourceNotFoundException", "there is no such connection")
        return {"Connection": found}

    def resource_of(self, op: str, p: Members) -> str:
        return str(p.get("ConnectionArn", "*"))


class SshKeys(StandIn):
    """query, of a service that ministack serves the rest of"""

    service = "iam"
    regional = False

    def UploadSSHPublicKey(self, p: Members) -> Members:
        from ministack.services import iam

        if iam._users.get(p["UserName"]) is None:
            raise Fault("NoSuchEntity", f"there is no user {p['UserName']}", status=404)
        key = {"UserName": p["UserName"], "SSHPublicKeyId": f"APKA{len(self.table('keys')):016d}", "Status": "Active", "UploadDate": "2026-01-02T03:04:05Z"}
        self.table("keys")[key["SSHPublicKeyId"]] = key
        return {"SSHPublicKey": {**key, "Fingerprint": "00:11", "SSHPublicKeyBody": p["SSHPublicKeyBody"]}}

    def ListSSHPublicKeys(self, p: Members) -> Members:
        return {"SSHPublicKeys": [key for key in self.table("keys").values() if key["UserName"] == p["UserName"]]}


class Endpoints(StandIn):
    """ec2"""

    service = "ec2"

    def DescribeVerifiedAccessGroups(self, p: Members) -> Members:
        return {"VerifiedAccessGroups": [{"VerifiedAccessGroupId": f"vagr-{at}", "CreationTime": "2026-01-02T03:04:05"} for at in range(3)]}


class Anchors(StandIn):
    """rest-json"""

    service = "rolesanywhere"

    def CreateTrustAnchor(self, p: Members) -> Members:
        number = f"00000000-0000-0000-0000-{len(self.table('anchors')):012d}"
        arn = f"arn:aws:rolesanywhere:{self.account.region}:{self.account.id}:trust-anchor/{number}"
        made = {"trustAnchorId": number, "trustAnchorArn": arn, "name": p["name"], "enabled": True, "createdAt": "2026-01-02T03:04:05Z", "source": p["source"]}
        self.table("anchors")[number] = made
        return {"trustAnchor": made}

    def ListTrustAnchors(self, p: Members) -> Members:
        return {"trustAnchors": list(self.table("anchors").values())}

    def DisableTrustAnchor(self, p: Members) -> Members:
        found = self.table("anchors").get(p["trustAnchorId"])
        if found is None:
            raise Fault("ResourceNotFoundException", "there is no such trust anchor")
        found["enabled"] = False
        return {"trustAnchor": found}

    def GetProfile(self, p: Members) -> Members:
        return {"profile": {"profileId": "p", "colour": "red", "enabled": "yes"}}

    def ListCrls(self, p: Members) -> Members:
        return {"crls": [{"crlId": None}]}


class Addresses(StandIn):
    """rest-xml"""

    service = "cloudfront"
    regional = False

    def ListAnycastIpLists(self, p: Members) -> Members:
        whole = {"IsTruncated": False, "Quantity": 3, "Marker": "", "MaxItems": 100}
        item = {"Name": "a", "Status": "Deployed", "IpCount": 3, "LastModifiedTime": "2026-01-02T03:04:05Z"}
        return {
            "AnycastIpLists": {
                **whole,
                "Items": [{**item, "Id": str(at), "Arn": f"arn:aws:cloudfront::{self.account.id}:anycast-ip-list/{at}"} for at in range(3)],
            }
        }


class Mesh(StandIn):
    """Of a service that moto has."""

    service = "networkmanager"

    def GetResourcePolicy(self, p: Members) -> Members:
        return {"PolicyDocument": self.account.peer("codeconnections").account.id, "unknown": 1} if p["ResourceArn"].endswith("wrong") else {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    run(parser.parse_args().state, (Connections, SshKeys, Endpoints, Anchors, Addresses, Mesh))


if __name__ == "__main__":
    main()
