"""What the installed SDKs say of a Pulumi type: whether it exists, and whether a property path of its inputs does."""

from __future__ import annotations

import importlib
import inspect
import keyword
import re
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from pulumi import _types

_PACKAGES = {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "azuread": "pulumi_azuread", "gcp": "pulumi_gcp"}
_STEP = re.compile(r"([^.\[\]]+)|\[(\*|\d+)\]")


@cache
def inputs_of(token: str) -> type | None:
    """The class of a resource's arguments; None when the SDK has no such type."""
    if token.startswith("pulumi:providers:"):
        package = _PACKAGES.get(token.rsplit(":", 1)[1])
        return getattr(importlib.import_module(f"{package}.provider"), "ProviderArgs", None) if package else None
    package, module, name = token.split(":")
    folder = module.split("/", 1)[0]
    where = _PACKAGES[package] if folder == "index" else f"{_PACKAGES[package]}.{folder}{'_' if keyword.iskeyword(folder) else ''}"
    try:
        found = importlib.import_module(where)
    except ModuleNotFoundError:
        return None
    resource = getattr(found, name, None) or getattr(found, name[:1].upper() + name[1:], None)
    if resource is None or getattr(resource, "pulumi_type", token) != token:
        return None
    # Where a nested type has taken the name `...Args`, the resource's own arguments are `...InitArgs`.
    where_made = importlib.import_module(resource.__module__)
    return getattr(where_made, f"{resource.__name__}InitArgs", None) or getattr(where_made, f"{resource.__name__}Args", None)


def fault(token: str, path: str) -> str | None:
    """What is wrong with a property path of a type; None when the SDK has it."""
    if token.endswith("*"):
        return None
    args = inputs_of(token)
    if args is None:
        return f"{token}: the SDK has no such type"
    found: Any = args
    for name, _ in _STEP.findall(path):
        if not name:
            continue
        classes = _classes(found)
        if not classes:
            return None if _is_open(found) else f"{token}: {path}: nothing below {name}"
        fields: dict[str, Any] = {}
        for one in classes:
            fields |= _types.input_type_types(one)
        if name not in fields:
            return f"{token}: {path}: no {name}; it has {', '.join(sorted(fields))}"
        found = fields[name]
    return None


def _classes(annotation: Any) -> list[type]:
    """Every input class inside an annotation; a union of objects gives them all."""
    if inspect.isclass(annotation) and _types.is_input_type(annotation):
        return [annotation]
    return [one for part in typing.get_args(annotation) for one in _classes(part)]


def _is_open(annotation: Any) -> bool:
    """True where any keys may stand: maps and untyped values."""
    if annotation in (Any, dict) or typing.get_origin(annotation) in (dict, Mapping):
        return True
    return any(_is_open(one) for one in typing.get_args(annotation))
