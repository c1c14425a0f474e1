"""API keys of AppSync, which are their own secret."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class AppsyncApiKey(Item):
    """One key of one GraphQL or Event API. AppSync has no switch for a key; the id is what a caller sends, so paths carry only its digest."""

    id = KindId("aws.appsync_api_key")
    title = "AppSync API key"
    row = "A25"
    source = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#api-key-authorization (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # AWS gives no figure; five minutes is the longest that AppSync remembers what a Lambda authorizer answered, its shortest-lived proof.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html (read 2026-11-22)")
    reads = frozenset({"appsync:ListApiKeys", "appsync:ListApis", "appsync:ListGraphqlApis"})
    writes = frozenset({"appsync:DeleteApiKey"})
    fences = frozenset({"appsync:CreateApiKey", "appsync:UpdateApiKey"})
    creates = frozenset({"aws:appsync/apiKey:ApiKey"})
    blind = "Who really holds a key, and subscriptions that are open already. A key that ran out stays listed until AWS deletes it, 60 days later."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key of every API of the region."""
        for api, keys in fan.each(lambda api: (api, list(reader.read("appsync:ListApiKeys", apiId=api["apiId"]))), _apis(reader)):
            for key in keys:
                digest = _digest(key)
                yield AccessPath(
                    kind=self.id,
                    id=f"arn:aws:appsync:{reader.scope.region}:{reader.scope.id}:apis/{api['apiId']}#sha256:{digest}",
                    scope=reader.scope,
                    holder=f"whoever knows the key of {api.get('name')}",
                    allows=f"call AppSync API {api.get('name')}",
                    clues=(
                        *_marks.of_tags(api.get("tags")),
                        *_marks.of_texts(key.get("description")),
                        (Clue.NAME, str(key.get("description") or api.get("name"))),
                        (Clue.SHARED_SECRET, f"whoever could list the keys of {api.get('name')} may hold this one"),
                    ),
                    detail={"api": api["apiId"], "name": api.get("name"), "sha256": digest, "expires": key.get("expires")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The key's digest, while it is listed."""
        return {"sha256": path.detail["sha256"]} if self._key(reader, path) else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Keys are made by AWS."""
        return f"the key of {path.detail['name']} is deleted; a new one is another secret, so this cannot be undone. Callers that stay need a new key first"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete the key that has this digest."""
        key = self._key(writer, path)
        if key is not None:
            yield writer.write("appsync:DeleteApiKey", apiId=path.detail["api"], id=key["id"], missing_ok=True)

    def _key(self, reader: Reader, path: AccessPath) -> Json | None:
        if not any(api["apiId"] == path.detail["api"] for api in _apis(reader)):
            return None
        return next((key for key in reader.read("appsync:ListApiKeys", apiId=path.detail["api"]) if _digest(key) == path.detail["sha256"]), None)


def _apis(reader: Reader) -> Iterator[Json]:
    yield from reader.read("appsync:ListGraphqlApis")
    yield from reader.read("appsync:ListApis")


def _digest(key: Json) -> str:
    return hashlib.sha256(str(key["id"]).encode()).hexdigest()


KIND: Kind = AppsyncApiKey()
