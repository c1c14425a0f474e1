"""Keys of storage accounts: whoever has listed one reads everything, without a name in any log."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from handoff.kinds.azure import _principals
from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.model import Json, Reader, Writer

_SUBSCRIPTION = "GET {scope}"
_ACCOUNTS = "GET {scope}/providers/Microsoft.Storage/storageAccounts"
_ACCOUNT = "GET {+id}"
_PATCH = "PATCH {+id}"
_KEYS = "POST {+id}/listKeys"
_ROTATE = "POST {+id}/regenerateKey"
_LOG = "GET {scope}/providers/Microsoft.Insights/eventtypes/management/values"
_SHOWING = frozenset({"microsoft.storage/storageaccounts/listkeys/action", "microsoft.storage/storageaccounts/regeneratekey/action"})
_LOG_KEPT = timedelta(days=89)
"""The activity log holds 90 days. source: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log (read 2026-11-22)"""


class StorageAccountKey:
    """One key of one storage account, and one caller who was shown it."""

    id = KindId("azure.storage_account_key")
    title = "Storage account key"
    row = "Z13"
    source = "https://learn.microsoft.com/rest/api/storagerp/storage-accounts/regenerate-key (read 2026-11-22)"
    scope_type = ScopeType.AZURE_SUBSCRIPTION
    phase = 3
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage (read 2026-11-22): signatures made with the old key end with it",
    )
    reads = frozenset({_SUBSCRIPTION, _ACCOUNTS, _ACCOUNT, _KEYS, _LOG, _principals.SERVICE_PRINCIPAL})
    writes = frozenset({_PATCH, _ROTATE})
    creates = frozenset({"azure-native:storage:StorageAccount"})
    after = frozenset[KindId]()
    blind = (
        "Who was shown a key is read from the activity log. A key older than the log may be known to anybody who ever managed the account, so it counts as the provider's. "
        "A key passed on by somebody who was allowed to list it is not seen. The log itself runs some minutes behind (up to 20): sweep again before relying on a key that nobody was shown."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """One path for each key and each caller who was shown it since it was made; one without a caller when the log shows none."""
        for account in reader.read(_ACCOUNTS):
            keys = _keys(reader, str(account["id"]))
            for name, (fingerprint, made_at) in sorted(keys.items()):
                for holder, clues in self._holders(reader, str(account["id"]), made_at):
                    yield AccessPath(
                        kind=self.id,
                        id=f"{account['id']}#{name}#{fingerprint[:16]}#{holder}",
                        scope=reader.scope,
                        holder=holder,
                        allows=f"everything in storage account {account['name']}",
                        clues=clues,
                        detail={"account": account["id"], "name": account["name"], "key": name, "sha256": fingerprint, "shared_key_access": _shared(account)},
                    )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Turn shared keys off, then make a new key."""
        return (
            Step(
                verb=Verb.DISABLE,
                reversible=True,
                effect=f"turns shared-key access to {path.detail['name']} off; undone by turning it on. It stays off until the client wants it",
            ),
            Step(
                verb=Verb.DELETE,
                reversible=False,
                effect=f"makes a new {path.detail['key']} for {path.detail['name']}; the old one and every signature made with it end",
            ),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The key's SHA-256 while it is still the one that was seen; None once it was made anew."""
        keys = _keys(reader, str(path.detail["account"]))
        found = keys.get(str(path.detail["key"]))
        return None if found is None or found[0] != path.detail["sha256"] else {"sha256": found[0]}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Turn off, or make anew once: a key that is another already is done."""
        account = str(path.detail["account"])
        if verb is Verb.DISABLE:
            yield self._switch(writer, account, on=False)
        elif self.image(writer, path) is None:
            yield Receipt(op=_ROTATE, request_id="", applied=False)
        else:
            yield writer.write(_ROTATE, id=account, body={"keyName": path.detail["key"]})

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Turn shared keys on again, if they were on."""
        if path.detail["shared_key_access"]:
            yield self._switch(writer, str(path.detail["account"]), on=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the key's digest; the old value itself can only be tried by whoever holds it (a canary)."""
        if self.image(reader, path) is None:
            return Verdict.GONE
        account = reader.get(_ACCOUNT, id=path.detail["account"])
        return Verdict.DISABLED if account is not None and not _shared(account) else Verdict.ALIVE

    @staticmethod
    def _switch(writer: Writer, account: str, *, on: bool) -> Receipt:
        now = writer.get(_ACCOUNT, id=account)
        if now is None or _shared(now) == on:
            return Receipt(op=_PATCH, request_id="", applied=False)
        return writer.write(_PATCH, id=account, body={"properties": {"allowSharedKeyAccess": on}})

    @staticmethod
    def _holders(reader: Reader, account: str, made_at: datetime | None) -> Iterator[tuple[str, tuple[tuple[Clue, str], ...]]]:
        if made_at is None or datetime.now(UTC) - made_at > _LOG_KEPT:
            yield "whoever was ever shown it", ((Clue.SHARED_SECRET, "it is older than the activity log, which therefore cannot say who was shown it"),)
            return
        since = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # whole seconds would count who saw the key before this one
        callers = {
            str(event["caller"]): _home(event)
            for event in reader.read(_LOG, query={"$filter": f"eventTimestamp ge '{since}' and resourceUri eq '{account}'"})
            if _shown(event) and event.get("caller")
        }
        for caller, home in sorted(callers.items()):
            yield caller, tuple(_who(reader, caller, home))
        if not callers:
            yield "nobody yet", ((Clue.CLIENT_OWN, "the activity log shows nobody who was shown it since it was made"),)


def _home(event: Json) -> str:
    """The tenant that the caller signed in to."""
    return str(cast("Mapping[str, Any]", event.get("claims") or {}).get("tid", ""))


def _who(reader: Reader, caller: str, home: str) -> Iterator[tuple[Clue, str]]:
    """A person is logged by name. Anything else is looked up in the directory; one from another tenant is not in it, so the tenant it signed in to speaks.

    A principal of this tenant that was deleted since is no proof of anything: whoever ran it may have kept the key.
    """
    if "@" in caller:
        yield Clue.EMAIL, caller
        return
    if reader.get(_principals.SERVICE_PRINCIPAL, id=caller) is not None:
        yield from _principals.clues(reader, caller, "ServicePrincipal")
        return
    yield Clue.ENTRA_OBJECT, caller
    if home and home.lower() != str((reader.get(_SUBSCRIPTION) or {}).get("tenantId", home)).lower():
        yield Clue.ENTRA_TENANT, home
    else:
        yield Clue.SHARED_SECRET, f"it was shown to {caller}, which is no more, so nobody can say who kept it"


def _shown(event: Json) -> bool:
    name = cast("Mapping[str, Any]", event.get("operationName") or {}).get("value", "")
    status = cast("Mapping[str, Any]", event.get("status") or {}).get("value", "")
    return str(name).lower() in _SHOWING and str(status) != "Failed"


def _keys(reader: Reader, account: str) -> dict[str, tuple[str, datetime | None]]:
    """SHA-256 and age of each key. The values are hashed here and go no further."""
    answer = reader.get(_KEYS, id=account) or {}
    found: dict[str, tuple[str, datetime | None]] = {}
    for key in cast("list[Mapping[str, Any]]", answer.get("keys") or []):
        made = key.get("creationTime")
        found[str(key["keyName"])] = (hashlib.sha256(str(key["value"]).encode()).hexdigest(), datetime.fromisoformat(str(made)) if made else None)
    return found


def _shared(account: Json) -> bool:
    """Unset means on. source: https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent (read 2026-11-22)."""
    return cast("Mapping[str, Any]", account.get("properties") or {}).get("allowSharedKeyAccess") is not False


KIND = StorageAccountKey()
