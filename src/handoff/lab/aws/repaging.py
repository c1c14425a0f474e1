"""Small pages out of somebody else's answers: read with the vendor's parser, cut, and written again.

A token of ours names the place in the page that a token of theirs brings, so each page is asked for and checked anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from handoff.lab.aws import wire
from handoff.lab.aws.models import operation_model
from handoff.lab.aws.paging import Place, cut, paging_of, place

if TYPE_CHECKING:
    from handoff.lab.aws.paging import Paging
    from handoff.lab.aws.request import Answer, Behind, Operation, Request


async def paged(request: Request, operation: Operation, page_size: int, ask: Behind) -> Answer:
    """The answer, with no more items in a page than that; as it came when the operation does not page or did not work."""
    paging = paging_of(operation.service, operation.name)
    if paging is None:
        return await ask(request)
    asked = wire.members(request, operation)
    at = place(asked.get(paging.token_in))
    status, headers, body = await ask(request if at is None else _without_our_token(request, operation, asked, paging, at))
    if status >= 300 or not isinstance(body, bytes):
        return status, headers, body
    page = cut(_parsed(operation, status, headers, body), paging, at or Place(), page_size)
    return wire.answer(request, operation, page)


def _without_our_token(request: Request, operation: Operation, asked: dict[str, Any], paging: Paging, at: Place) -> Request:
    from botocore.serialize import create_serializer

    theirs = {name: value for name, value in asked.items() if name != paging.token_in and value not in ({}, [])}
    if at.inner:
        theirs[paging.token_in] = at.inner
    made = create_serializer(operation.protocol, include_validation=False).serialize_to_request(theirs, operation_model(operation.service, operation.name))
    body = made["body"]
    query = {name: value if isinstance(value, list) else [str(value)] for name, value in dict(made["query_string"]).items()}
    # What the template of the path fixes (`?list-type=2`) is in the path that the serialiser made.
    fixed = {name: value for name, value in request.query.items() if name in operation_model(operation.service, operation.name).http_trait.query_args}
    return request.with_body(
        urlencode(body).encode() if isinstance(body, dict) else body if isinstance(body, bytes) else str(body).encode(), {**fixed, **query}
    )


def _parsed(operation: Operation, status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser

    model = operation_model(operation.service, operation.name)
    found: dict[str, Any] = create_parser(operation.protocol).parse({"status_code": status, "headers": HeadersDict(headers), "body": body}, model.output_shape)
    found.pop("ResponseMetadata", None)
    return found
