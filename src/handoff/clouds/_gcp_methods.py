"""Google's methods by their discovery ids: how a call is spelt, from the documents that google-api-python-client carries.

`iam.projects.serviceAccounts.keys.list` names its API (first segment), its path, its parameters and its answer. Nothing is
written down twice, and a method that the document does not know cannot be called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from handoff.errors import Unsupported

VERSIONS = {
    "cloudbilling": "v1",
    "cloudkms": "v1",
    "cloudresourcemanager": "v3",
    "compute": "v1",
    "iam": "v1",
    "iamcredentials": "v1",
    "logging": "v2",
    "orgpolicy": "v2",
    "secretmanager": "v1",
    "serviceusage": "v1",
    "storage": "v1",
}
"""The version of each API that operations speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, ready to send."""

    method: str
    url: str
    query: Mapping[str, str]
    body: object | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of one API."""

    id: str
    verb: str
    root: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]
    takes_body: bool
    items: tuple[str, ...]
    """Fields of the answer that are listed things, `unreachable` and its kind left out."""
    fields: frozenset[str]
    """Every field that the answer may have; empty when its shape is open."""
    pages: bool
    unreachable: bool
    """The answer has a field that says which places could not be asked."""

    def call(self, params: Mapping[str, object], *, base: str | None) -> Call:
        """The request for these parameters; `base` replaces the API's own root. Raises Unsupported for a parameter that the method does not know."""
        given = dict(params)
        body = given.pop("body", None)
        unknown = sorted(given.keys() - self.parameters.keys())
        if unknown or (body is not None and not self.takes_body):
            raise Unsupported(f"{self.id} takes no {', '.join(unknown) or 'body'}")
        path, query = self.path, {}
        for name, value in given.items():
            if self.parameters[name].get("location") == "path":
                path = path.replace("{+" + name + "}", quote(str(value), safe="/:@")).replace("{" + name + "}", quote(str(value), safe=""))
            else:
                query[name] = str(value).lower() if isinstance(value, bool) else str(value)
        if "{" in path:
            missing = ", ".join(re.findall(r"{\+?(\w+)}", path))
            raise Unsupported(f"{self.id} needs {missing}")
        return Call(
            method=self.verb,
            url=(base or self.root).rstrip("/") + "/" + path.lstrip("/"),
            query=query,
            body=body if body is not None or not self.takes_body else {},
        )


@cache
def method(op: str) -> Method:
    """The method of this id. Raises Unsupported when no document has it."""
    api, _, rest = op.partition(".")
    if api not in VERSIONS:
        raise Unsupported(f"{op}: the API {api!r} is not one of {', '.join(sorted(VERSIONS))}")
    document = _document(api)
    node: Mapping[str, Any] = document
    *parents, name = rest.split(".")
    for parent in parents:
        node = node.get("resources", {}).get(parent, {})
    found = node.get("methods", {}).get(name)
    if found is None:
        raise Unsupported(f"{op}: the API {api} {VERSIONS[api]} has no such method")
    parameters = {**document.get("parameters", {}), **found.get("parameters", {})}
    answer = document["schemas"].get(found.get("response", {}).get("$ref", ""), {}).get("properties", {})
    lists = tuple(key for key, shape in answer.items() if shape.get("type") == "array")
    if "items" in lists:  # storage lists `prefixes` beside; they hold nothing unless a delimiter was asked for
        lists = ("items",)
    return Method(
        id=op,
        verb=found["httpMethod"],
        root=document["rootUrl"],
        path=document["servicePath"] + found["path"],
        parameters=parameters,
        takes_body="request" in found,
        items=tuple(key for key in lists if "unreachable" not in key.lower()),
        fields=frozenset(answer),
        pages="pageToken" in parameters and "nextPageToken" in answer,
        unreachable="unreachable" in answer,
    )


@cache
def _document(api: str) -> Mapping[str, Any]:
    file = resources.files("googleapiclient") / "discovery_cache" / "documents" / f"{api}.{VERSIONS[api]}.json"
    loaded: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded
