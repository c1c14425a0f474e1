"""Keeps both sides honest: a JSON value against a schema of a discovery document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.gcp.discovery import document
from handoff.lab.gcp.refusal import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.gcp.discovery import Method

# The GAPIC REST transports send enum numbers; where a document lists the names in another order than the protobuf numbers:
# source: https://cloud.google.com/kms/docs/reference/rpc/google.cloud.kms.v1 (read 2026-11-22)
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "CryptoKeyVersion.state": ("CRYPTO_KEY_VERSION_STATE_UNSPECIFIED", "ENABLED", "DISABLED", "DESTROYED", "DESTROY_SCHEDULED"),
    "CryptoKey.purpose": ("CRYPTO_KEY_PURPOSE_UNSPECIFIED", "ENCRYPT_DECRYPT"),
    "CryptoKeyVersionTemplate.algorithm": ("CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED", "GOOGLE_SYMMETRIC_ENCRYPTION"),
    "CryptoKeyVersionTemplate.protectionLevel": ("PROTECTION_LEVEL_UNSPECIFIED", "SOFTWARE", "HSM"),
}
_SCALARS: Mapping[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float)}


class Mismatch(Exception):
    """A value does not fit its schema; the message names the field."""


def request(method: Method, body: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The body with enum numbers made names; refuses what Google's parser would refuse."""
    if method.request is None:
        if body:
            raise invalid(f"Invalid JSON payload received. {method.service}.{method.id} takes no body.")
        return {}
    try:
        return fit(method.api, method.request, body if body is not None else {}, where="")
    except Mismatch as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error


def response(method: Method, body: Any) -> None:  # noqa: ANN401 - any JSON value
    """Raises Mismatch when the stand-in is about to say something that Google never says."""
    if method.response is None:
        if body:
            raise Mismatch(f"{method.service}.{method.id} answers with no body")
        return
    fit(method.api, method.response, body, where="")


def fit(api: str, name: str, value: Any, *, where: str) -> Any:  # noqa: ANN401 - any JSON value
    """`value` as the schema called `name` wants it."""
    spec = document(api)["schemas"][name]
    return _object(api, name, spec, value, where)


def _object(api: str, name: str, spec: Mapping[str, Any], value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict):
        raise Mismatch(f"'{where or name}' must be an object")
    properties = spec.get("properties", {})
    extra = spec.get("additionalProperties")
    out = {}
    for key, item in value.items():
        place = f"{where}.{key}" if where else key
        if key in properties:
            out[key] = _value(api, f"{name}.{key}", properties[key], item, place)
        elif extra is not None:
            out[key] = _value(api, f"{name}.{key}", extra, item, place)
        else:
            raise Mismatch(f"Unknown name \"{key}\" at '{where or name}': Cannot find field.")
    return out


def _value(api: str, name: str, spec: Mapping[str, Any], value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
    if value is None:
        return None
    if "$ref" in spec:
        return fit(api, spec["$ref"], value, where=where)
    kind = spec.get("type", "any")
    if kind == "array":
        if not isinstance(value, list):
            raise Mismatch(f"'{where}' must be a list")
        return [_value(api, name, spec["items"], item, f"{where}[{number}]") for number, item in enumerate(value)]
    if kind == "object":
        return _object(api, name, spec, value, where)
    return value if kind == "any" else _scalar(name, spec, value, where)


def _scalar(name: str, spec: Mapping[str, Any], value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
    kind = spec["type"]
    if "enum" in spec:
        return _enum(name, spec, value, where)
    if kind == "string" and spec.get("format") in {"int64", "uint64"} and isinstance(value, int):
        return str(value)
    if kind == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if not isinstance(value, _SCALARS[kind]) or (kind == "integer" and isinstance(value, bool)):
        raise Mismatch(f"Invalid value at '{where}' ({kind}): {type(value).__name__}")
    return value


def _enum(name: str, spec: Mapping[str, Any], value: Any, where: str) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, int) and not isinstance(value, bool):
        names = _NUMBERS.get(name, tuple(spec["enum"]))
        if value < len(names):
            return str(names[value])
    elif value in spec["enum"]:
        return str(value)
    raise Mismatch(f"Invalid value at '{where}': {value!r} is none of {', '.join(spec['enum'])}")
