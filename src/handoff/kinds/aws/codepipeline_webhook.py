"""Webhooks that start pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CodepipelineWebhook(Item):
    """One webhook. Its address and, for GitHub, its token are all that is needed to start the pipeline."""

    id = KindId("aws.codepipeline_webhook")
    title = "CodePipeline webhook"
    row = "A33"
    source = "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeleteWebhook.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-github-oauth.html (read 2026-11-22)")
    reads = frozenset({"codepipeline:ListWebhooks"})
    writes = frozenset({"codepipeline:DeleteWebhook"})
    fences = frozenset({"codepipeline:PutWebhook"})
    creates = frozenset({"aws:codepipeline/webhook:Webhook"})
    blind = "Who has the address; the same webhook's entry at the code host, which is then of no use; pipelines that a connection or an event starts."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every webhook of the region."""
        for one in reader.read("codepipeline:ListWebhooks"):
            definition = cast("Json", one["definition"])
            yield AccessPath(
                kind=self.id,
                id=str(one.get("arn") or definition["name"]),
                scope=reader.scope,
                holder=f"whoever knows the address of webhook {definition['name']}",
                allows=f"start pipeline {definition['targetPipeline']}",
                clues=(*_marks.of_tags(one.get("tags")), *_who(definition)),
                detail={"name": definition["name"]},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What it starts; never its token. There is no call for one alone."""
        for one in reader.read("codepipeline:ListWebhooks"):
            definition = cast("Json", one["definition"])
            if definition["name"] == path.detail["name"]:
                return {"pipeline": definition["targetPipeline"], "action": definition["targetAction"], "authentication": definition["authentication"]}
        return None

    def delete_effect(self, path: AccessPath, /) -> str:
        """The address is made anew each time."""
        return f"webhook {path.detail['name']} is deleted; a new one has another address"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete; AWS says nothing when it is gone already."""
        yield writer.write("codepipeline:DeleteWebhook", name=path.detail["name"])


def _who(definition: Json) -> Iterator[tuple[Clue, str]]:
    how = definition["authentication"]
    if how == "IP":
        yield Clue.CIDR, str(cast("Json", definition["authenticationConfiguration"]).get("AllowedIPRange"))
    elif how == "UNAUTHENTICATED":
        yield Clue.EVERYONE, "the webhook asks for no authentication"
    else:
        yield Clue.SHARED_SECRET, "whoever set the webhook up, or runs the code host's side, knows its token"


KIND: Kind = CodepipelineWebhook()
