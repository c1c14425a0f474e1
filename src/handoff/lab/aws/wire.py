"""Requests off the wire and answers onto it, in the vendor's protocols, by moto's parser and serialiser."""

from __future__ import annotations

import json
import warnings
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from handoff.lab.aws.models import operation_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.aws.request import Answer, Operation, Request
    from handoff.lab.aws.standin import Fault


def members(request: Request, operation: Operation) -> dict[str, Any]:
    """The members of the request, as JSON would have them; blobs are bytes."""
    from moto.core.parse import PROTOCOL_PARSERS
    from werkzeug.datastructures import Headers, MultiDict

    values = [(name, value) for name, given in request.query.items() for value in given]
    if request.is_form:
        values += parse_qsl(request.body.decode("utf-8"), keep_blank_values=True)
    parser = PROTOCOL_PARSERS[operation.protocol](operation_model(operation.service, operation.name), timestamp_parser=_rfc3339)
    found: dict[str, Any] = parser.parse(
        {
            "body": request.body,
            "headers": Headers(dict(request.headers)),
            "method": request.method,
            "url_params": dict(operation.labels),
            "url_path": request.path,
            "values": MultiDict(values),
        }
    )
    return found


def answer(request: Request, operation: Operation, result: Mapping[str, Any]) -> Answer:
    """A good answer."""
    return _serialised(request, operation, dict(result))


def refusal(request: Request, operation: Operation, fault: Fault) -> Answer:
    """An error, in the form of the protocol."""
    status, headers, body = _serialised(request, operation, fault)
    return fault.status or status, headers | fault.headers, body


def plain(status: int, value: object) -> Answer:
    """An answer of the gateway's own, in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _serialised(request: Request, operation: Operation, result: dict[str, Any] | Fault) -> Answer:
    from moto.core.serialize import SerializationContext, get_serializer_class

    model = operation_model(operation.service, operation.name)
    serializer = get_serializer_class(operation.service, operation.protocol)(model, context=SerializationContext(request.id))
    with warnings.catch_warnings():
        # moto warns of each error that a model does not list, and no model lists the common ones (Throttling, AccessDenied).
        warnings.simplefilter("ignore")
        made = serializer.serialize(result)
    body = made["body"]
    headers = {name: str(value) for name, value in made["headers"].items()}
    return int(made["status_code"]), headers | {"x-amzn-requestid": request.id}, body.encode() if isinstance(body, str) else body


def _rfc3339(value: object) -> str:
    from botocore.utils import parse_timestamp

    return str(parse_timestamp(value).astimezone(UTC).isoformat().replace("+00:00", "Z"))
