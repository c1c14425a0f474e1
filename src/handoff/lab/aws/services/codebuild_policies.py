"""Report groups of CodeBuild, and the resource policies of projects and report groups; the projects are ministack's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodebuildPolicies(StandIn):
    """Not enforced: ministack lets no other account see a project."""

    service = "codebuild"

    def CreateReportGroup(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A report group."""
        arn = f"arn:aws:codebuild:{self.account.region}:{self.account.id}:report-group/{p['name']}"
        made = {"arn": arn, "name": p["name"], "type": p["type"], "exportConfig": p["exportConfig"], "created": datetime.now(UTC).isoformat()}
        self.table("report_groups")[arn] = made
        return {"reportGroup": made}

    def ListReportGroups(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Their ARNs."""
        del p
        return {"reportGroups": list(self.table("report_groups"))}

    def GetResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; not-found when there is none."""
        if p["resourceArn"] not in self.table("policies"):
            raise Fault("ResourceNotFoundException", "no policy is attached to the resource")
        return {"policy": self.table("policies")[p["resourceArn"]]}

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        from ministack.services import codebuild

        name = str(p["resourceArn"]).rsplit("/", 1)[-1]
        if p["resourceArn"] not in self.table("report_groups") and name not in codebuild._projects:
            raise Fault("ResourceNotFoundException", "no such project or report group")
        self.table("policies")[p["resourceArn"]] = p["policy"]
        return {"resourceArn": p["resourceArn"]}

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, if there is one."""
        self.table("policies").pop(p["resourceArn"], None)
        return {}


STAND_IN = CodebuildPolicies
