"""Resource Access Manager: shares, and what and whom they hold. Sharing opens nothing in the lab's other services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEMBERS = (("PRINCIPAL", "principals"), ("RESOURCE", "resourceArns"))


class Ram(StandIn):
    """Shares of the account; those of other accounts are listed for an account that is named in them."""

    service = "ram"

    def CreateResourceShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A share, with what and whom it begins with."""
        arn = f"arn:aws:ram:{self.account.region}:{self.account.id}:resource-share/{uuid4()}"
        now = datetime.now(UTC).isoformat()
        self.table("shares")[arn] = {
            "resourceShareArn": arn,
            "name": p["name"],
            "owningAccountId": self.account.id,
            "allowExternalPrincipals": p.get("allowExternalPrincipals", True),
            "status": "ACTIVE",
            "featureSet": "STANDARD",
            "tags": list(p.get("tags") or ()),
            "creationTime": now,
            "lastUpdatedTime": now,
        }
        self._associate(arn, p)
        return {"resourceShare": self.table("shares")[arn]}

    def GetResourceShares(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's own, or those of others that name the account."""
        own = p["resourceOwner"] == "SELF"
        found = self.table("shares").values() if own else [self._owner(arn).table("shares")[arn] for arn in self.table("offered")]
        wanted = p.get("resourceShareArns") or ()
        if own:
            for arn in wanted:
                self._share(arn)
        status = p.get("resourceShareStatus")
        return {
            "resourceShares": [
                one
                for one in found
                if (not wanted or one["resourceShareArn"] in wanted) and status in (None, one["status"]) and p.get("name") in (None, one["name"])
            ]
        }

    def GetResourceShareAssociations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What, or whom, the account's shares hold."""
        arns = p.get("resourceShareArns") or list(self.table("shares"))
        found = [one for arn in arns for one in self.table("associations").get(self._share(arn)["resourceShareArn"], ())]
        entity = p.get("principal") or p.get("resourceArn")
        return {
            "resourceShareAssociations": [
                one
                for one in found
                if one["associationType"] == p["associationType"]
                and entity in (None, one["associatedEntity"])
                and p.get("associationStatus") in (None, one["status"])
            ]
        }

    def ListResources(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is in the account's own shares, or in those of others that name the account."""
        own = p["resourceOwner"] == "SELF"
        peers = [(arn, self if own else self._owner(arn)) for arn in self.table("shares" if own else "offered")]
        return {
            "resources": [
                {"arn": one["associatedEntity"], "type": _type_of(one["associatedEntity"]), "resourceShareArn": arn, "status": "AVAILABLE"}
                for arn, peer in peers
                for one in peer.table("associations").get(arn, ())
                if one["associationType"] == "RESOURCE" and one["status"] == "ASSOCIATED"
            ]
        }

    def AssociateResourceShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Puts something, or somebody, on a share."""
        self._share(str(p["resourceShareArn"]))
        return {"resourceShareAssociations": self._associate(str(p["resourceShareArn"]), p)}

    def DisassociateResourceShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Takes it off; it stays listed as disassociated."""
        arn = str(p["resourceShareArn"])
        self._share(arn)
        going = {str(entity) for _, name in _MEMBERS for entity in p.get(name) or ()}
        changed = [one for one in self.table("associations").get(arn, ()) if one["associatedEntity"] in going]
        for one in changed:
            one["status"] = "DISASSOCIATED"
            self._peer(one["associatedEntity"]).table("offered").pop(arn, None)
        return {"resourceShareAssociations": [{**one, "status": "DISASSOCIATING"} for one in changed]}

    def DeleteResourceShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ends it; AWS goes on listing it for a while."""
        arn = str(p["resourceShareArn"])
        self._share(arn)["status"] = "DELETED"
        for one in self.table("associations").get(arn, ()):
            one["status"] = "DISASSOCIATED"
            self._peer(one["associatedEntity"]).table("offered").pop(arn, None)
        return {"returnValue": True}

    def _associate(self, arn: str, p: Mapping[str, Any]) -> list[dict[str, Any]]:
        associations = self.table("associations").setdefault(arn, [])
        made = []
        for type_, name in _MEMBERS:
            for entity in p.get(name) or ():
                associations[:] = [one for one in associations if one["associatedEntity"] != entity]
                made.append(
                    {
                        "resourceShareArn": arn,
                        "resourceShareName": self.table("shares")[arn]["name"],
                        "associatedEntity": entity,
                        "associationType": type_,
                        "status": "ASSOCIATED",
                        "creationTime": datetime.now(UTC).isoformat(),
                        "external": type_ == "PRINCIPAL" and _account_of(entity) != self.account.id,
                    }
                )
                if type_ == "PRINCIPAL":
                    self._peer(entity).table("offered")[arn] = True
        associations.extend(made)
        return made

    def _share(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("shares").get(arn)
        if found is None:
            raise Fault("UnknownResourceException", f"ResourceShare {arn} could not be found.")
        return found

    def _owner(self, arn: str) -> Ram:
        return Ram(self.account.elsewhere(arn.split(":")[4]))

    def _peer(self, principal: str) -> Ram:
        return Ram(self.account.elsewhere(_account_of(principal)))


def _account_of(principal: str) -> str:
    """An organization's share is kept at its management account: nothing in the lab asks for it there."""
    return principal.split(":")[4] if principal.startswith("arn:") else principal


def _type_of(arn: str) -> str:
    """`ec2:Subnet` of a subnet's ARN, as the service writes it."""
    parts = arn.split(":", 5)
    return f"{parts[2]}:{parts[5].split('/', 1)[0].title().replace('-', '')}"


STAND_IN = Ram
