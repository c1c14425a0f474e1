"""Connections to code hosts, through which pipelines fetch code and the host's webhooks start them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _ends, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CodeConnection(Item):
    """One connection. AWS tells the host and the connection's name and tags, not the organization on the other side.

    Every region lists those of all regions; only the one in which a connection was made changes or deletes it, so it belongs to that one. Connections
    of the service's former name, CodeStar Connections, are the same things.
    source: https://docs.aws.amazon.com/dtconsole/latest/userguide/welcome-connections-how-it-works-global.html (read 2026-11-23)
    """

    id = KindId("aws.code_connection")
    title = "Connection to a code host (CodeConnections)"
    row = "A33"
    source = "https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_DeleteConnection.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-delete.html (read 2026-11-22)")
    reads = frozenset(
        {
            "codeconnections:GetConnection",
            "codeconnections:ListConnections",
            "codeconnections:ListHosts",
            "codeconnections:ListTagsForResource",
        }
    )
    writes = frozenset({"codeconnections:DeleteConnection"})
    fences = frozenset(
        {
            "codeconnections:CreateConnection",
            "codeconnections:CreateHost",
            "codeconnections:UpdateConnectionInstallation",
            "codestar-connections:CreateConnection",
            "codestar-connections:CreateHost",
            "codestar-connections:UpdateConnectionInstallation",
        }
    )
    creates = frozenset({"aws:codeconnections/connection:Connection", "aws:codestarconnections/connection:Connection"})
    after = frozenset({KindId("aws.codebuild_webhook")})
    blind = "Connections that were made in a region that is not swept; the organization and the repositories on the other side, and the app that is installed there: whoever owns the organization takes it off."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every connection that was made in the region, whatever its state."""
        hosts = {str(host["HostArn"]): str(host.get("ProviderEndpoint") or "") for host in reader.read("codeconnections:ListHosts")}

        def tagged(one: Json) -> tuple[Json, list[Json]]:
            return one, list(reader.read("codeconnections:ListTagsForResource", ResourceArn=one["ConnectionArn"]))

        made_here = (one for one in reader.read("codeconnections:ListConnections") if _region_of(str(one["ConnectionArn"])) == reader.scope.region)
        for one, tags in fan.each(tagged, made_here):
            arn, name, provider = str(one["ConnectionArn"]), str(one["ConnectionName"]), str(one.get("ProviderType") or "unknown provider")
            endpoint = hosts.get(str(one.get("HostArn") or ""), "")
            yield AccessPath(
                kind=self.id,
                id=arn,
                scope=reader.scope,
                holder=f"whoever owns what connection {name} leads to at {_ends.host_of(endpoint) or provider}",
                allows="feed code into builds and pipelines and start them",
                clues=(*_marks.of_tags(tags), *_marks.of_texts(name), *_ends.of_url(endpoint), (Clue.NAME, f"{provider} {name}")),
                detail={"name": name, "provider": provider, "status": one.get("ConnectionStatus")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """That it is there."""
        return {"name": path.detail["name"]} if reader.get("codeconnections:GetConnection", ConnectionArn=path.id) else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """A person at the host has to say yes to a new one."""
        return f"connection {path.detail['name']} is deleted; a new one has another ARN, and an owner of the code has to agree to it in a browser"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("codeconnections:DeleteConnection", ConnectionArn=path.id, missing_ok=True)


def _region_of(arn: str) -> str:
    return arn.split(":")[3]


KIND: Kind = CodeConnection()
