"""One request as the services see it, and paging, which ARM and Graph share but for the name of the link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handoff.lab.azure.world import Record, World


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
