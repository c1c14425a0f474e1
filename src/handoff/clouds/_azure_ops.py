"""How an Azure operation is spelt: `METHOD PLANE:PATH`.

`GET {scope}/providers/Microsoft.Authorization/roleAssignments` is ARM's (the plane that needs no name); `graph:`, `blob:/ACCOUNT/` and
`vault:/NAME/` name the others. `{scope}` is the scope's own path; every other `{name}` is filled from the parameters, `{+name}`
as it stands (an id with slashes). `query` and `body` are the only further parameters; a query may be spelt in the path too. The api-version of ARM is chosen here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, quote

from handoff.errors import Unsupported
from handoff.model import Scope, ScopeType

ARM_VERSIONS = {
    "microsoft.authorization/roleassignments": "2022-04-01",
    "microsoft.authorization/roledefinitions": "2022-04-01",
    "microsoft.insights/eventtypes": "2015-04-01",
    "microsoft.managedservices/registrationassignments": "2022-10-01",
    "microsoft.managedservices/registrationdefinitions": "2022-10-01",
    "microsoft.storage/storageaccounts": "2023-05-01",
    "": "2022-12-01",  # subscriptions and resource groups
}
"""source: https://learn.microsoft.com/rest/api/azure/ (read 2026-11-22)"""
STORAGE_VERSION = "2023-11-03"
VAULT_VERSION = "7.4"

_PLACE = re.compile(r"\{(\+?)(\w+)\}")
_TYPE = re.compile(r"/providers/([^/?]+)/([^/?]+)", re.IGNORECASE)


_ARM_ALIASES = frozenset({"https://management.core.windows.net"})
_GRAPH_ALIASES = frozenset({"00000003-0000-0000-c000-000000000000"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """One of Azure's APIs."""

    name: str
    audience: str
    """What a token has to be issued for."""
    variable: str
    """Environment variable that puts another base in place, for a lab or a sovereign cloud."""
    public: str
    """Base in the public cloud; `{host}` is the first path segment where each account has a host of its own."""
    aliases: frozenset[str] = frozenset()
    """Further names of the same audience, as they stand in a token's `aud` without a slash at the end."""


PLANES = {
    "arm": Plane(
        name="arm",
        audience="https://management.azure.com/.default",
        variable="HANDOFF_AZURE_ARM_URL",
        public="https://management.azure.com",
        aliases=_ARM_ALIASES,
    ),
    "graph": Plane(
        name="graph",
        audience="https://graph.microsoft.com/.default",
        variable="HANDOFF_AZURE_GRAPH_URL",
        public="https://graph.microsoft.com",
        aliases=_GRAPH_ALIASES,
    ),
    "blob": Plane(name="blob", audience="https://storage.azure.com/.default", variable="HANDOFF_AZURE_BLOB_URL", public="https://{host}.blob.core.windows.net"),
    "vault": Plane(name="vault", audience="https://vault.azure.net/.default", variable="HANDOFF_AZURE_VAULT_URL", public="https://{host}.vault.azure.net"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, ready to send."""

    plane: Plane
    method: str
    url: str
    query: Mapping[str, str]
    body: object | None


def spell(op: str, scope: Scope, params: Mapping[str, object]) -> Call:
    """The request of an operation. Raises Unsupported for one that is not spelt right."""
    method, _, rest = op.partition(" ")
    name, _, path = rest.partition(":") if not rest.startswith(("/", "{")) else ("arm", "", rest)
    plane = PLANES.get(name)
    if plane is None or not path:
        raise Unsupported(f"{op!r} is not an Azure operation", hint="METHOD PLANE:PATH")
    given = dict(params)
    body, query = given.pop("body", None), {str(key): str(value) for key, value in cast("Mapping[str, object]", given.pop("query", None) or {}).items()}

    def fill(match: re.Match[str]) -> str:
        raw, key = match.groups()
        if key == "scope":
            return _scope_path(scope)
        if key not in given:
            raise Unsupported(f"{op}: {key} is missing")
        return quote(str(given.pop(key)), safe="/:@()$'," if raw else "")

    path, _, spelt = path.partition("?")
    query = dict(parse_qsl(spelt, keep_blank_values=True)) | query
    path = _PLACE.sub(fill, path)
    if given:
        raise Unsupported(f"{op} takes no {', '.join(sorted(given))}")
    if plane.name == "arm" and "api-version" not in query:
        query["api-version"] = _arm_version(path)
    if plane.name == "vault":
        query.setdefault("api-version", VAULT_VERSION)
    return Call(plane=plane, method=method, url=_base(plane, path), query=query, body=body)


def base_url(plane: Plane) -> str:
    """The base in force, `{host}` left in where each account has its own."""
    return (os.environ.get(plane.variable) or plane.public).rstrip("/")


def is_lab() -> bool:
    """True when ARM's base is not the public one: then the authority is not asked for its metadata either."""
    return bool(os.environ.get(PLANES["arm"].variable))


def _base(plane: Plane, path: str) -> str:
    base = base_url(plane)
    if "{host}" not in base:
        return base + path
    host, _, rest = path.lstrip("/").partition("/")
    return base.replace("{host}", host) + "/" + rest


def _scope_path(scope: Scope) -> str:
    return f"/subscriptions/{scope.id}" if scope.type is ScopeType.AZURE_SUBSCRIPTION else ""


def _arm_version(path: str) -> str:
    """By the last type in the path: an extension resource counts as itself."""
    types = _TYPE.findall(path)
    name = "/".join(types[-1]).lower() if types else ""
    if name not in ARM_VERSIONS:
        raise Unsupported(f"no api-version is known for {name}", hint="Add it to clouds/_azure_ops.py, with its source.")
    return ARM_VERSIONS[name]
