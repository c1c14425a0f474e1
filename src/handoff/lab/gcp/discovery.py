"""The route table: every method of the discovery documents that the stand-in may be asked for.

A request is matched to one method id, or to none; so an unknown path is told apart from a method that Google has and the
stand-in does not. The documents are those bundled with google-api-python-client.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import googleapiclient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

APIS = (
    "cloudresourcemanager.v3",
    "iam.v1",
    "iamcredentials.v1",
    "secretmanager.v1",
    "cloudkms.v1",
    "serviceusage.v1",
    "sts.v1",
    "billingbudgets.v1",
    "cloudbilling.v1",
    "orgpolicy.v2",
    "logging.v2",
    "compute.v1",
    "storage.v1",
    "cloudresourcemanager.v1",
)
_PREFIXES = {"storage.v1": "storage/v1/", "compute.v1": "compute/v1/"}
_PLAIN = r"[^/:]+"
_RAW = r"[^/]+"


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one discovery document."""

    api: str
    """`iam.v1`."""
    id: str
    """`projects.serviceAccounts.create`: the document's id without its first word."""
    verb: str
    regex: re.Pattern[str]
    weight: int
    """Number of literal characters: of several matches the most literal one is meant."""
    request: str | None
    response: str | None
    query: frozenset[str]
    repeated: frozenset[str]

    @property
    def service(self) -> str:
        """`iam`."""
        return self.api.split(".", 1)[0]

    @property
    def key(self) -> tuple[str, str]:
        """What a handler registers for."""
        return self.api, self.id


@cache
def document(api: str) -> Mapping[str, Any]:
    """The discovery document of one API."""
    path = Path(next(iter(googleapiclient.__path__))) / "discovery_cache" / "documents" / f"{api}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@cache
def methods() -> tuple[Method, ...]:
    """Every method of every API, most literal path first."""
    found = [method for api in APIS for method in _of(api)]
    order = {api: number for number, api in enumerate(APIS)}
    return tuple(sorted(found, key=lambda method: (-method.weight, order[method.api])))


def match(verb: str, raw_path: str, implemented: frozenset[tuple[str, str]]) -> tuple[Method, dict[str, str]] | None:
    """The method that this request means and its path parameters; implemented ones win over others of the same path."""
    second: tuple[Method, dict[str, str]] | None = None
    for method in methods():
        if method.verb != verb:
            continue
        hit = method.regex.fullmatch(raw_path)
        if hit is None:
            continue
        answer = method, {name: unquote(value) for name, value in hit.groupdict().items()}
        if method.key in implemented:
            return answer
        second = second or answer
    return second


def _of(api: str) -> Iterator[Method]:
    body = document(api)
    common = frozenset(body.get("parameters", {})) | {"$alt", "$prettyPrint"}
    for raw in _walk(body):
        paths = [_PREFIXES.get(api, "") + raw["path"]]
        upload = raw.get("mediaUpload", {}).get("protocols", {})
        paths += [upload["simple"]["path"].lstrip("/")] if "simple" in upload else []
        paths += ["download/" + paths[0]] if raw.get("useMediaDownloadService") else []
        for path in paths:
            yield _method(api, raw, path, common)


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from node.get("methods", {}).values()
    for child in node.get("resources", {}).values():
        yield from _walk(child)


def _method(api: str, raw: Mapping[str, Any], path: str, common: frozenset[str]) -> Method:
    parameters = raw.get("parameters", {})
    query = {name for name, spec in parameters.items() if spec["location"] == "query"}
    return Method(
        api=api,
        id=raw["id"].split(".", 1)[1],
        verb=raw["httpMethod"],
        regex=re.compile("/" + _regex(path, parameters, api)),
        weight=len(re.sub(r"\{[^}]*\}", "", path)) + sum(_literal(spec) for spec in parameters.values() if spec["location"] == "path"),
        request=raw.get("request", {}).get("$ref"),
        response=raw.get("response", {}).get("$ref"),
        query=frozenset(query) | common | ({"uploadType", "upload_id"} if "mediaUpload" in raw else set()),
        repeated=frozenset(name for name in query if parameters[name].get("repeated")),
    )


def _literal(spec: Mapping[str, Any]) -> int:
    return len(re.sub(r"\[\^/\][+*]|\.\*|[\^$]", "", spec.get("pattern", ""))) if str(spec.get("pattern", "")).startswith("^") else 0


def _regex(path: str, parameters: Mapping[str, Any], api: str) -> str:
    out = []
    for part in re.split(r"(\{\+?[^}]+\})", path):
        if not part.startswith("{"):
            out.append(re.escape(part))
            continue
        name = part.strip("{}").lstrip("+")
        if part.startswith("{+"):
            pattern = parameters[name].get("pattern", ".+").removeprefix("^").removesuffix("$").replace("[^/]+", _PLAIN).replace(".*", r"[^:]+")
        else:
            pattern = _RAW if api == "storage.v1" else _PLAIN
        out.append(f"(?P<{name}>{pattern})")
    return "".join(out)
