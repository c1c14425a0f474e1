"""One request as the services see it, and paging, which ARM and Graph share but for the name of the link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handoff.lab.azure.world import Record, World


_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("location", "principalId", "roleDefinitionId", "policyDefinitionId", "registrationDefinitionId", "managedByTenantId"), str),
    **dict.fromkeys(
        ("directoryScopeId", "displayName", "appId", "userPrincipalName", "mailNickname", "keyName", "keyId", "kty", "alg", "level", "tenantId"), str
    ),
    **dict.fromkeys(("properties", "tags", "identity", "attributes", "passwordCredential", "keyCredential", "addressSpace"), dict),
    **dict.fromkeys(
        ("authorizations", "eligibleAuthorizations", "accessPolicies", "subnets", "securityRules", "keyCredentials", "assignableScopes", "permissions"), list
    ),
}
"""Types of the fields that the services look into, wherever they stand at the top or in `properties`."""
_OF_OBJECTS = frozenset({"authorizations", "eligibleAuthorizations", "accessPolicies", "subnets", "securityRules", "keyCredentials", "permissions"})


def _check_types(level: Record) -> None:
    for name, value in level.items():
        wanted = _TYPES.get(name)
        items = value if name in _OF_OBJECTS and isinstance(value, list) else []
        if (wanted is not None and value is not None and not isinstance(value, wanted)) or not all(isinstance(item, dict) for item in items):
            raise ArmRefusal(400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{name}' has the wrong type.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with its body read."""

    world: World
    method: str
    path: str
    """Decoded, with a leading slash, below the service's own prefix."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    full_path: str
    """Decoded, as the server got it: for links."""

    def json(self) -> Record:
        """The body as an object; an empty body is an empty object."""
        if not self.body:
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise ArmRefusal(400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{error}'.") from error
        if not isinstance(value, dict):
            raise ArmRefusal(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: an object is expected.")
        properties = value.get("properties")
        for level in (value, properties if isinstance(properties, dict) else {}):
            _check_types(level)
        return value

    def bearer(self) -> str | None:
        """The bearer token, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def page(call: Call, items: Sequence[Record], *, link: str) -> Record:
    """One page of a listing; `link` is `nextLink` or `@odata.nextLink`, left out on the last page."""
    size = int(call.world.setting("page_size"))
    asked = call.query.get("$top")
    if asked and asked.isdigit() and link.startswith("@"):
        size = min(size, int(asked))
    token = call.query.get("$skiptoken", "0")
    if not token.isdigit():
        raise ArmRefusal(400, "InvalidSkipToken", f"The skip token '{token}' is invalid.")
    start = int(token)
    body: Record = {"value": list(items[start : start + size])}
    if start + size < len(items):
        query = {**{k: v for k, v in call.query.items() if k != "$skiptoken"}, "$skiptoken": str(start + size)}
        body[link] = f"{call.world.url}{call.full_path}?{urlencode(query)}"
    return body
