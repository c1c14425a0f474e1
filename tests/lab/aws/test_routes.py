"""From a request to its operation, and the tables that it goes by, beside the vendor's models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.loaders import Loader
from botocore.serialize import create_serializer

from handoff.lab.aws import elsewhere, routes, signing
from handoff.lab.aws.request import Request

SESSION = botocore.session.get_session()
SERVICES = SESSION.get_available_services()
model_of = cache(SESSION.get_service_model)


def request_of(service: str, name: str, params: Mapping[str, Any]) -> Request:
    """The request that the vendor's client would send, signed for its service."""
    model = model_of(service)
    made = create_serializer(model.resolved_protocol, include_validation=False).serialize_to_request(params, model.operation_model(name))
    prepare_request_dict(made, endpoint_url="http://127.0.0.1", context={})
    headers = {key.lower(): str(value) for key, value in made["headers"].items()}
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential=AKIA/20260102/eu-west-1/{model.signing_name}/aws4_request, SignedHeaders=host"
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    path, _, fixed = made["url_path"].partition("?")
    query = {key: [value] for key, _, value in (pair.partition("=") for pair in fixed.split("&") if pair)}
    query |= {key: value if isinstance(value, list) else [str(value)] for key, value in dict(made["query_string"] or {}).items()}
    return Request(id="1", method=made["method"], path=path, raw_path=path, query=query, headers=headers, body=body)


def some(shape: Any, depth: int = 0) -> Any:
    """A value for a member that has to be there."""
    match shape.type_name:
        case "structure":
            return {name: some(shape.members[name], depth + 1) for name in shape.required_members} if depth < 6 else {}
        case "list":
            return [some(shape.member, depth + 1)] if depth < 6 else []
        case "map":
            return {}
        case "integer" | "long" | "float" | "double":
            return 1
        case "boolean":
            return True
        case "timestamp":
            return "2026-01-02T03:04:05Z"
        case "blob":
            return b"x"
        case _:
            if shape.serialization.get("hostLabel"):
                return "111111111111"
            return shape.enum[0] if shape.enum else "arn:aws:x:eu-west-1:111111111111:a/b"


SHARING = "accessanalyzer apigateway apigatewayv2 cloudfront ec2 efs elb elbv2 es iam kafka lambda opensearch organizations ram rds rolesanywhere s3 s3control"
REST = "backup codeartifact glue route53 ses sesv2 sns sqs sso-admin stepfunctions sts vpc-lattice"


@pytest.mark.parametrize("service", f"{SHARING} {REST}".split())
def test_every_operation_is_found_by_its_request(service: str) -> None:
    model = model_of(service)
    lost = {}
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        found = routes.find(request_of(service, name, some(shape) if shape else {}))
        # Two names for one request: AWS means the one that is not deprecated, and directory buckets have a host of their own.
        if name != "ListDirectoryBuckets" and not model.operation_model(name).deprecated and (found is None or found.op != f"{service}:{name}"):
            lost[name] = found and found.op
    assert len(model.operation_names) > 4
    assert lost == {}


def test_what_is_not_signed_is_not_ours() -> None:
    asked = request_of("iam", "ListUsers", {})
    assert routes.find(asked) is not None
    unsigned = Request(id="1", method="POST", path="/", raw_path="/", query={}, headers={"content-type": asked.headers["content-type"]}, body=asked.body)
    assert routes.find(unsigned) is None


@pytest.mark.slow
def test_signing_names_are_the_vendors() -> None:
    names = defaultdict(set)
    for service in SERVICES:
        metadata = Loader().load_service_model(service, "service-2")["metadata"]
        names[metadata.get("signingName") or metadata["endpointPrefix"]].add(service)
    assert {name: set(signing.services_of(name)) for name in names} == dict(names)


def test_what_moto_is_asked_for_it_has() -> None:
    from moto.backends import list_of_moto_modules

    modules = set(list_of_moto_modules())
    assert set(SERVICES) >= elsewhere.SERVICES
    assert {name for name in elsewhere.SERVICES if name.replace("-", "") not in modules} == set()
    assert {op for op in elsewhere.OPERATIONS if op.split(":")[1] not in model_of(op.split(":")[0]).operation_names} == set()
