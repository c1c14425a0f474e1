"""Identity providers by which workloads outside sign in to roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import given, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def create(ctx: Context, inputs: Properties) -> Created:
    """The provider with its audiences."""
    answer = ctx.aws("iam").create_open_id_connect_provider(
        Url=inputs["url"],
        ClientIDList=inputs["clientIdLists"],
        Tags=tag_list(inputs.get("tagsAll")),
        **given(ThumbprintList=inputs.get("thumbprintLists")),
    )
    return Created(id=answer["OpenIDConnectProviderArn"])


def read(ctx: Context, arn: str, _state: Properties) -> Properties | None:
    """IAM gives the address back without its scheme."""
    found = ctx.aws("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    url = found["Url"]
    return {
        "arn": arn,
        "url": url if url.startswith("https://") else f"https://{url}",
        "clientIdLists": list(found.get("ClientIDList", ())),
        "thumbprintLists": list(found.get("ThumbprintList", ())),
        "tags": tag_map(found.get("Tags")),
    }


def update(ctx: Context, arn: str, _old: Properties, new: Properties) -> None:
    """Made again: ministack 1.5.33 has no call that changes one. The ARN comes from the address, so it stays the same."""
    delete(ctx, arn, new)
    create(ctx, new)


def delete(ctx: Context, arn: str, _state: Properties) -> None:
    """Sessions that were minted before live on."""
    ctx.aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


RECORDS = (
    tagged(
        Record(
            token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            create=create,
            read=read,
            update=update,
            delete=delete,
            handled=frozenset({"url", "clientIdLists", "thumbprintLists"}),
            computed=frozenset({"arn", "thumbprintLists"}),
            required=frozenset({"url", "clientIdLists"}),
            replace_on=frozenset({"url"}),
        )
    ),
)
