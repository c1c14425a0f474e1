"""Whether an answer of ours is one that the vendor could give: every member known, of its type, and none missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.utils import parse_timestamp

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "blob": (bytes, str),
    "timestamp": (datetime, int, float, str),
    "list": (list, tuple),
    "map": (Mapping,),
    "structure": (Mapping,),
}


def faults(shape: Any, value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - moto's classes, and whatever a stand-in gave
    """What is wrong with a value, each with its path; nothing when it is right."""
    at = path or "the answer"
    if shape is None:
        if value:
            yield f"{at} is not empty, but the operation answers nothing"
    elif getattr(shape, "is_document_type", False):
        return
    elif not isinstance(value, _TYPES[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{at} is {type(value).__name__}, not {shape.type_name}"
    else:
        yield from _WITHIN.get(shape.type_name, _nothing)(shape, value, path)


def _nothing(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    del shape, value, path
    yield from ()


def _of_list(shape: Any, value: Sequence[Any], path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    for at, item in enumerate(value):
        yield from faults(shape.member, item, f"{path}[{at}]")


def _of_map(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    for key, item in value.items():
        yield from faults(shape.key, key, f"{path}.{key}")
        yield from faults(shape.value, item, f"{path}.{key}")


def _of_string(shape: Any, value: str, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if shape.enum and value not in shape.enum:
        yield f"{path} is {value!r}, which the model does not list"


def _of_timestamp(shape: Any, value: object, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    del shape
    if isinstance(value, str) and not _is_time(value):
        yield f"{path} is {value!r}, not a time"


def _of_structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    for name in sorted(value.keys() - shape.members.keys()):
        yield f"{path}.{name} is no member of {shape.name}"
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, item in value.items():
        if name in shape.members:
            yield from faults(shape.members[name], item, f"{path}.{name}")


def _is_time(value: str) -> bool:
    try:
        parse_timestamp(value)
    except ValueError:
        return False
    return True


_WITHIN: Mapping[str, Callable[[Any, Any, str], Iterator[str]]] = {
    "structure": _of_structure,
    "list": _of_list,
    "map": _of_map,
    "string": _of_string,
    "timestamp": _of_timestamp,
}
