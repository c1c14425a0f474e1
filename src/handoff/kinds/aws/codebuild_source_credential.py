"""Credentials for code hosts that CodeBuild keeps for all projects of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CodebuildSourceCredential(Item):
    """One token or connection. Whose token it is AWS does not tell."""

    id = KindId("aws.codebuild_source_credential")
    title = "CodeBuild source credential"
    row = "A33"
    source = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteSourceCredentials.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/codebuild/latest/userguide/access-tokens.html (read 2026-11-22)")
    reads = frozenset({"codebuild:ListSourceCredentials"})
    writes = frozenset({"codebuild:DeleteSourceCredentials"})
    fences = frozenset({"codebuild:ImportSourceCredentials"})
    creates = frozenset({"aws:codebuild/sourceCredential:SourceCredential"})
    after = frozenset({KindId("aws.codebuild_webhook")})
    blind = "Whose token it is at the code host; the ARN is the same for each token of a host, so one that was put in meanwhile is not told from the old; credentials in a project's own source."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every credential of the region."""
        for one in reader.read("codebuild:ListSourceCredentials"):
            server, how, resource = (str(one.get(name) or "") for name in ("serverType", "authType", "resource"))
            told = (
                _ends.of_arn(resource)
                if resource
                else ((Clue.SHARED_SECRET, f"a {how} token of somebody at {server}: whoever put it in can have the code changed"),)
            )
            yield AccessPath(
                kind=self.id,
                id=f"{one['arn']}#{how}" + (f"#{resource}" if resource else ""),
                scope=reader.scope,
                holder=resource or f"whoever owns the {how} token for {server}",
                allows=f"feed code from {server} into every build of the region that names no other credential",
                clues=(*told, (Clue.NAME, server)),
                detail={"arn": one["arn"], "server": server, "how": how, "resource": resource},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """How it signs in, while it is there: there is no call for one alone."""
        for one in reader.read("codebuild:ListSourceCredentials"):
            if (one["arn"], one.get("authType"), one.get("resource") or "") == (path.detail["arn"], path.detail["how"], path.detail["resource"]):
                return {"how": path.detail["how"], "resource": path.detail["resource"]}
        return None

    def delete_effect(self, path: AccessPath, /) -> str:
        """AWS never shows a token."""
        return (
            f"the {path.detail['how']} credential for {path.detail['server']} is deleted; AWS shows the token to nobody, so the client puts in one of its own"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("codebuild:DeleteSourceCredentials", arn=path.detail["arn"], missing_ok=True)


KIND: Kind = CodebuildSourceCredential()
