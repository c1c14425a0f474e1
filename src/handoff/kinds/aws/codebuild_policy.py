"""Resource policies of CodeBuild projects and report groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class CodebuildPolicy(ResourcePolicy):
    """One principal of one Allow statement of one project's or report group's policy."""

    id = KindId("aws.codebuild_policy")
    title = "CodeBuild resource policy"
    source = "https://docs.aws.amazon.com/codebuild/latest/userguide/project-sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteResourcePolicy.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"codebuild:GetResourcePolicy", "codebuild:ListProjects", "codebuild:ListReportGroups"}
    writes = frozenset({"codebuild:DeleteResourcePolicy", "codebuild:PutResourcePolicy"})
    fences = frozenset({"codebuild:PutResourcePolicy"})
    creates = frozenset({"aws:codebuild/resourcePolicy:ResourcePolicy"})
    after = frozenset({KindId("aws.ram_share")})
    blind = "Builds and reports that were read already, and what a project's own role may do (see its trust)."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every project and report group of the region."""
        for item in reader.read("codebuild:ListProjects"):
            name = str(item["projects"])
            arn = f"arn:aws:codebuild:{reader.scope.region}:{reader.scope.id}:project/{name}"
            yield Held(id=arn, name=f"build project {name}", params={"resourceArn": arn})
        for item in reader.read("codebuild:ListReportGroups"):
            arn = str(item["reportGroups"])
            yield Held(id=arn, name=f"report group {arn.rsplit('/', 1)[-1]}", params={"resourceArn": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy; CodeBuild answers not-found when there is none."""
        return (reader.get("codebuild:GetResourcePolicy", **held.params) or {}).get("policy")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("codebuild:PutResourcePolicy", **held.params, policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy lets in nobody of another account."""
        return writer.write("codebuild:DeleteResourcePolicy", **held.params, missing_ok=True)


KIND: Kind = CodebuildPolicy()
