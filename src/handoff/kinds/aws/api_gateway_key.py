"""API keys of API Gateway: shared secrets that callers send along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class ApiGatewayKey(Item):
    """One key. Whoever could read it (`includeValue`) may hold it, so it counts as the provider's unless a mark on it says otherwise."""

    id = KindId("aws.api_gateway_key")
    title = "API Gateway API key"
    row = "A25"
    source = "https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateApiKey.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # AWS gives no figure for keys; five minutes is the default life of what an API's caches and authorizers remember.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html (read 2026-11-22)")
    reads = frozenset({"apigateway:GetApiKey", "apigateway:GetApiKeys"})
    writes = frozenset({"apigateway:DeleteApiKey", "apigateway:UpdateApiKey"})
    fences = frozenset({"apigateway:PATCH", "apigateway:POST"})
    creates = frozenset({"aws:apigateway/apiKey:ApiKey"})
    blind = "Methods that ask for no key or for another proof, keys of custom authorizers, and who really holds a key."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key of the region; values are never asked for."""
        for key in reader.read("apigateway:GetApiKeys"):
            name = str(key.get("name") or key["id"])
            yield AccessPath(
                kind=self.id,
                id=str(key["id"]),
                scope=reader.scope,
                holder=f"whoever knows API key {name}",
                allows="call the API stages whose usage plans have this key",
                clues=(
                    *_marks.of_tags(key.get("tags")),
                    *_marks.of_texts(name, key.get("description"), key.get("customerId")),
                    (Clue.NAME, name),
                    (Clue.SHARED_SECRET, f"whoever could read API key {name} may hold it"),
                ),
                detail={"name": name, "enabled": key.get("enabled"), "created": key.get("createdDate"), "stages": key.get("stageKeys") or []},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it works."""
        key = reader.get("apigateway:GetApiKey", apiKey=path.id)
        return {"enabled": bool(key.get("enabled"))} if key else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is `enabled`."""
        return f"API key {path.detail['name']} is refused; undone by enabling it"

    def delete_effect(self, path: AccessPath, /) -> str:
        """Another key would be another secret."""
        return f"API key {path.detail['name']} is deleted; a new one has another id, so this cannot be undone. Callers that stay need a new key first"

    def is_off(self, state: Json, /) -> bool:
        """Disabled keys are refused."""
        return state["enabled"] is False

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Disable."""
        yield self._set(writer, path, "false")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Enable."""
        yield self._set(writer, path, "true")

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("apigateway:DeleteApiKey", apiKey=path.id, missing_ok=True)

    def _set(self, writer: Writer, path: AccessPath, value: str) -> Receipt:
        return writer.write("apigateway:UpdateApiKey", apiKey=path.id, patchOperations=[{"op": "replace", "path": "/enabled", "value": value}])


KIND: Kind = ApiGatewayKey()
