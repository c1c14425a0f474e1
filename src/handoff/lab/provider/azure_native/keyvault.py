"""Key vaults, and the keys and secrets in them that ARM makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.azure_native._arm import HEX_NAME, arm_record, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.provider.record import Context, Properties, Record

_VAULT = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}"
_API = "2024-11-01"
_DATA_API = {"api-version": "7.4"}
_KEY_OUTPUTS = frozenset({"attributes", "curveName", "keyOps", "keySize", "keyUri", "keyUriWithVersion", "kty", "release_policy", "rotationPolicy"})


def _remove(kind: str) -> Callable[[Context, str], None]:
    """ARM has no DELETE for what lies in a vault, so azure-native deletes it with the vault's own API, and so do we.

    source: https://learn.microsoft.com/rest/api/keyvault/keys/delete-key/delete-key (read 2026-11-22)
    """

    def remove(ctx: Context, arm_id: str) -> None:
        parts = arm_id.split("/")
        ctx.vault.request("DELETE", f"/{parts[-3]}/{kind}/{parts[-1]}", params=_DATA_API)

    return remove


def _key(answer: Properties) -> Properties:
    """azure-native shows a key's properties at the top; its inputs keep them in `properties`."""
    inner = answer.get("properties") or {}
    renamed = {"releasePolicy" if key == "release_policy" else key: value for key, value in inner.items() if key in _KEY_OUTPUTS}
    asked = {key: value for key, value in inner.items() if key in {"attributes", "curveName", "keyOps", "keySize", "kty", "release_policy", "rotationPolicy"}}
    return {**renamed, **whole(answer), "properties": asked}


_KEY = arm_record(
    "azure-native:keyvault:Key",
    f"{_VAULT}/keys/{{keyName}}",
    _API,
    handled={"properties", "tags"},
    name_property="keyName",
    computed={"attributes", "keyOps", "keySize", "keyUri", "keyUriWithVersion", "kty", "location"},
    outputs=_key,
    remove=_remove("keys"),
)


_TIMES = {"expires": "exp", "notBefore": "nbf"}
"""Attributes of a secret: azure-native's name -> ARM's."""


def _secret_body(_ctx: Context, inputs: Properties) -> Properties:
    inner = dict(inputs["properties"])
    if isinstance(times := inner.get("attributes"), dict):
        inner["attributes"] = {_TIMES.get(key, key): value for key, value in times.items()}
    return {"properties": inner, **({"tags": inputs["tags"]} if "tags" in inputs else {})}


def _secret(answer: Properties) -> Properties:
    ours = {there: here for here, there in _TIMES.items()}
    inner = dict(answer.get("properties") or {})
    inner["attributes"] = {ours.get(key, key): value for key, value in (inner.get("attributes") or {}).items()}
    return {**whole(answer), "properties": inner}


def _with_value(record: Record) -> Record:
    """ARM never gives a secret's value back, so the state's own is carried over: a value set by others is not seen, as with azure-native."""

    def read(ctx: Context, arm_id: str, state: Properties) -> Properties | None:
        found = record.read(ctx, arm_id, state)
        former: Any = state.get("properties")
        if found is None or not isinstance(former, dict) or "value" not in former:
            return found
        return {**found, "properties": {**found["properties"], "value": former["value"]}}

    return replace(record, read=read)


_SECRET = _with_value(
    arm_record(
        "azure-native:keyvault:Secret",
        f"{_VAULT}/secrets/{{secretName}}",
        _API,
        handled={"properties", "tags"},
        name_property="secretName",
        computed={"location"},
        body=_secret_body,
        outputs=_secret,
        remove=_remove("secrets"),
    )
)

RECORDS = (
    arm_record(
        "azure-native:keyvault:Vault",
        _VAULT,
        _API,
        handled={"location", "properties", "tags"},
        name_property="vaultName",
        naming=HEX_NAME,
        required={"location", "properties"},
    ),
    _KEY,
    _SECRET,
)
