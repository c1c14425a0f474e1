"""Webhooks of CodeBuild projects, runner projects among them: what happens at the code host starts builds here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ends, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# source: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html (read 2026-11-22)
_AT_ONCE = 100
# Hosts that many organizations share: the name of one of them says nothing about whose the code is.
_SHARED = frozenset({"github.com", "gitlab.com", "bitbucket.org"})


class CodebuildWebhook(Item):
    """One project's webhook: whoever may push there, or open a pull request, runs commands under the project's role."""

    id = KindId("aws.codebuild_webhook")
    title = "CodeBuild webhook or runner"
    row = "A33"
    source = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteWebhook.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    # A build that was started before runs on, for up to 36 hours.
    lag = Lag(settle_s=60, survives_s=36 * 3600, source="https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html (read 2026-11-22)")
    reads = frozenset({"codebuild:BatchGetProjects", "codebuild:ListProjects"})
    writes = frozenset({"codebuild:DeleteWebhook"})
    fences = frozenset({"codebuild:CreateProject", "codebuild:CreateWebhook", "codebuild:UpdateProject", "codebuild:UpdateWebhook"})
    creates = frozenset({"aws:codebuild/webhook:Webhook"})
    blind = "Who may push at the code host; projects without a webhook that a pipeline or a person starts from somebody else's code; builds that run already."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every project that has one."""
        names = [str(item["projects"]) for item in reader.read("codebuild:ListProjects")]
        batches = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
        for answer in fan.each(lambda batch: reader.get("codebuild:BatchGetProjects", names=batch), batches):
            for project in cast("list[Json]", (answer or {}).get("projects") or []):
                if project.get("webhook"):
                    yield self._path(reader, project)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """That it is there, and for what; never its address or secret."""
        answer = reader.get("codebuild:BatchGetProjects", names=[path.detail["project"]])
        project = next(iter(cast("list[Json]", (answer or {}).get("projects") or [])), None)
        if project is None or not project.get("webhook") or project["arn"] != path.detail["arn"]:
            return None
        return {"location": _location(project), "build_type": cast("Json", project["webhook"]).get("buildType")}

    def delete_effect(self, path: AccessPath, /) -> str:
        """A new one gets another address and secret."""
        return f"the webhook of project {path.detail['project']} is deleted, here and at the code host; a new one has another address and another secret"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("codebuild:DeleteWebhook", projectName=path.detail["project"], missing_ok=True)

    def _path(self, reader: Reader, project: Json) -> AccessPath:
        location = _location(project)
        host = _ends.host_of(location)
        where = location.removeprefix("https://")
        return AccessPath(
            kind=self.id,
            # The ARN is made of the name, so a project made anew has the same.
            id=f"{project['arn']}#{project.get('created', '')}",
            scope=reader.scope,
            holder=f"whoever may push to {where}",
            allows=f"run commands in project {project['name']} as {project.get('serviceRole', 'its role')}",
            clues=(*_marks.of_tags(project.get("tags")), *(() if host in _SHARED else _ends.of_url(location)), (Clue.NAME, where)),
            detail={"project": project["name"], "arn": project["arn"], "location": location},
        )


def _location(project: Json) -> str:
    """The repository, or for a runner of a whole organization that one's name; without a user and password that somebody wrote into the address."""
    webhook = cast("Json", project["webhook"])
    scope = cast("Json", webhook.get("scopeConfiguration") or {})
    if scope:
        return f"https://{_ends.host_of(str(scope.get('domain') or '')) or 'github.com'}/{scope['name']}"
    location = str(cast("Json", project.get("source") or {}).get("location") or "an unknown repository")
    head, at, tail = location.partition("@")
    return f"https://{tail}" if at and head.startswith("https://") else location


KIND: Kind = CodebuildWebhook()
