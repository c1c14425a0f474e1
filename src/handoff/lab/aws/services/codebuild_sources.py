"""Source credentials and webhooks of CodeBuild; the projects are ministack's."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodebuildSources(StandIn):
    """Not enforced: nothing in the lab calls a webhook or signs in at a code host. A token is taken and thrown away."""

    service = "codebuild"

    def ImportSourceCredentials(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One for each host and way to sign in; a connection or a secret is named, a token is not."""
        arn = f"arn:aws:codebuild:{self.account.region}:{self.account.id}:token/{p['serverType'].lower()}"
        named = {"resource": p["token"]} if p["authType"] in {"CODECONNECTIONS", "SECRETS_MANAGER"} else {}
        self.table("credentials")[arn] = {"arn": arn, "serverType": p["serverType"], "authType": p["authType"], **named}
        return {"arn": arn}

    def ListSourceCredentials(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        return {"sourceCredentialsInfos": list(self.table("credentials").values())}

    def DeleteSourceCredentials(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when it is gone."""
        if self.table("credentials").pop(p["arn"], None) is None:
            raise Fault("ResourceNotFoundException", "no such credential")
        return {"arn": p["arn"]}

    def CreateWebhook(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One for each project."""
        self._project(p["projectName"])
        if p["projectName"] in self.table("webhooks"):
            raise Fault("ResourceAlreadyExistsException", "the project has a webhook")
        same = {name: p[name] for name in ("buildType", "filterGroups", "scopeConfiguration") if name in p}
        made = {
            "url": f"https://api.github.example/hooks/{secrets.randbelow(10**9)}",
            "payloadUrl": f"https://codebuild.example/{secrets.token_hex(8)}",
            **same,
        }
        self.table("webhooks")[p["projectName"]] = made
        return {"webhook": {**made, "secret": secrets.token_hex(16)}}

    def DeleteWebhook(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when it is gone."""
        self._project(p["projectName"])
        if self.table("webhooks").pop(p["projectName"], None) is None:
            raise Fault("ResourceNotFoundException", "the project has no webhook")
        return {}

    def BatchGetProjects(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ministack's projects with their webhooks."""
        from ministack.services import codebuild

        webhooks = self.table("webhooks")
        found = {name: codebuild._projects.get(name.rsplit("/", 1)[-1]) for name in p["names"]}
        shown = [codebuild._project_shape(one) for one in found.values() if one]
        return {
            "projects": [{**one, **({"webhook": webhooks[one["name"]]} if one["name"] in webhooks else {})} for one in shown],
            "projectsNotFound": [name for name, one in found.items() if not one],
        }

    def _project(self, name: str) -> None:
        from ministack.services import codebuild

        if codebuild._projects.get(name) is None:
            raise Fault("ResourceNotFoundException", "no such project")


STAND_IN = CodebuildSources
