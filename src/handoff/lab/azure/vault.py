"""The data plane of Key Vault: `/vault/{name}/secrets` and `/vault/{name}/keys`.

source: https://learn.microsoft.com/rest/api/keyvault (read 2026-11-22)
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import rbac, vault_keys
from handoff.lab.azure.call import page
from handoff.lab.azure.caller import Caller, TokenFault, identify, principals_of
from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from handoff.lab.azure.call import Call
    from handoff.lab.azure.world import Record, World

AUDIENCES = ("https://vault.azure.net", "https://vault.azure.net/", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093")
_SECRET_ACTIONS = {
    "get": "getSecret/action",
    "list": "readMetadata/action",
    "set": "setSecret/action",
    "update": "update/action",
    "delete": "delete",
    "recover": "recover/action",
    "purge": "purge/action",
}
_KEY_ACTIONS = {
    "get": "read",
    "list": "read",
    "create": "create/action",
    "update": "update/action",
    "delete": "delete",
    "recover": "recover/action",
    "purge": "purge/action",
}
_CRYPTO = frozenset({"encrypt", "decrypt", "wrapkey", "unwrapkey", "sign", "verify"})
_RBAC_NAMES = {"wrapkey": "wrap", "unwrapkey": "unwrap"}
_POLICY_NAMES = {"wrapkey": "wrapKey", "unwrapkey": "unwrapKey"}


def answer(call: Call) -> Response:
    """The answer to one call below `/vault`."""
    name, _, rest = call.path.strip("/").partition("/")
    vault = next(
        (r for r in call.world.table("resources").values() if r["type"].lower() == "microsoft.keyvault/vaults" and r["name"].lower() == name.lower()), None
    )
    if vault is None:
        raise ArmRefusal(404, "VaultNotFound", f"The vault '{name}' does not exist.")
    caller = _caller(call, vault)
    parts = [part for part in rest.split("/") if part]
    if not parts or parts[0] not in {"secrets", "keys", "deletedsecrets", "deletedkeys"}:
        raise ArmRefusal(404, "NotFound", f"The lab knows no '{rest}' in a vault.")
    kind = "secrets" if parts[0].endswith("secrets") else "keys"
    verb = _verb(call, parts, kind)
    _authorise(call, caller, vault, kind, verb)
    held = _held(call, vault, parts)
    if parts[0].startswith("deleted"):
        return _deleted(call, held, parts, kind, verb)
    return _secret(call, vault, held, parts, verb) if kind == "secrets" else _key(call, vault, held, parts, verb)


def _caller(call: Call, vault: Record) -> Caller:
    try:
        return identify(call.world, call.bearer(), AUDIENCES)
    except TokenFault as error:
        tenant = vault["properties"]["tenantId"]
        challenge = f'Bearer authorization="{call.world.url}/{tenant}", resource="https://vault.azure.net"'
        words = "AKV10000: Request is missing a Bearer or PoP token." if error.reason == "missing" else f"AKV10032: {error}"
        raise ArmRefusal(401, "Unauthorized", words, headers={"WWW-Authenticate": challenge}) from error


def _verb(call: Call, parts: list[str], kind: str) -> str:
    tail = parts[-1] if len(parts) > 2 else ""
    if parts[0].startswith("deleted"):
        verbs = {"GET": "list" if len(parts) == 1 else "get", "DELETE": "purge", "POST": "recover"}
    elif kind == "keys" and call.method == "POST":
        return "create" if tail == "create" else tail
    else:
        verbs = {"GET": "list" if len(parts) == 1 or tail == "versions" else "get", "PUT": "set", "PATCH": "update", "DELETE": "delete"}
    if call.method not in verbs:
        raise ArmRefusal(405, "BadParameter", f"{call.method} is not allowed here.")
    return verbs[call.method]


def _authorise(call: Call, caller: Caller, vault: Record, kind: str, verb: str) -> None:
    if caller.is_root:
        return
    if vault["properties"]["enableRbacAuthorization"]:
        suffix = f"{_RBAC_NAMES.get(verb, verb)}/action" if verb in _CRYPTO else (_SECRET_ACTIONS if kind == "secrets" else _KEY_ACTIONS).get(verb, verb)
        action = f"Microsoft.KeyVault/vaults/{kind}/{suffix}"
        if rbac.permits(call.world, caller, action, vault["id"], data=True):
            return
        raise ArmRefusal(
            403,
            "Forbidden",
            f"Caller is not authorized to perform action on resource. Caller: appid={caller.app_id};oid={caller.object_id};iss=https://sts.windows.net/{caller.tenant}/ "
            f"Action: '{action}' Resource: '{vault['id']}' Assignment: (not found) DenyAssignmentId: null DecisionReason: null Vault: {vault['name']}",
        )
    mine = principals_of(call.world, caller.object_id)
    wanted = {_POLICY_NAMES.get(verb, verb).lower(), "all"}
    for policy in vault["properties"]["accessPolicies"]:
        if (
            policy["tenantId"] == caller.tenant
            and policy["objectId"] in mine
            and wanted & {str(p).lower() for p in (policy.get("permissions") or {}).get(kind, [])}
        ):
            return
    raise ArmRefusal(
        403,
        "Forbidden",
        f"The user, group or application 'appid={caller.app_id};oid={caller.object_id}' does not have {kind} {verb} permission on key vault '{vault['name']}'.",
    )


def _held(call: Call, vault: Record, parts: list[str]) -> Record | None:
    table = call.world.table("secrets" if parts[0].endswith("secrets") else "keys")
    return table.get(f"{vault['name'].lower()}/{parts[1].lower()}") if len(parts) > 1 else None


def _absent(kind: str, name: str) -> ArmRefusal:
    noun = "Secret" if kind == "secrets" else "Key"
    return ArmRefusal(
        404,
        f"{noun}NotFound",
        f"A {noun.lower()} with (name/id) {name} was not found in this key vault. If you recently deleted this {noun.lower()} you may be able to recover it using the correct recovery command.",
    )


def _version(held: Record | None, kind: str, parts: list[str]) -> Record:
    if held is None or held["deleted"]:
        raise _absent(kind, parts[1])
    wanted = parts[2] if len(parts) > 2 and parts[2] not in {"versions", *_CRYPTO} else ""
    found: Record | None = next((v for v in held["versions"] if v["version"] == wanted), None) if wanted else held["versions"][-1]
    if found is None:
        raise _absent(kind, "/".join(parts[1:3]))
    return found


def _listed(call: Call, vault: Record, kind: str, *, deleted: bool) -> Response:
    prefix = f"{vault['name'].lower()}/"
    items = []
    for key, held in sorted(call.world.table(kind).items()):
        if key.startswith(prefix) and bool(held["deleted"]) is deleted:
            newest = held["versions"][-1]
            items.append(_item(held, kind, newest, versioned=False))
    return JSONResponse({"nextLink": None, **page(call, items, link="nextLink")})


def _item(held: Record, kind: str, version: Record, *, versioned: bool) -> Record:
    base = f"https://{held['vault']}.vault.azure.net"
    field = "id" if kind == "secrets" else "kid"
    item = {
        field: f"{base}/{kind}/{held['name']}" + (f"/{version['version']}" if versioned else ""),
        "attributes": version["attributes"],
        "tags": version["tags"],
    }
    if kind == "secrets" and version.get("contentType"):
        item["contentType"] = version["contentType"]
    return {**item, **_deletion(held, kind)} if held["deleted"] else item


def _deletion(held: Record, kind: str) -> Record:
    at = held["deleted"]
    return {"recoveryId": f"https://{held['vault']}.vault.azure.net/deleted{kind}/{held['name']}", "deletedDate": at, "scheduledPurgeDate": at + 90 * 86400}


def _secret(call: Call, vault: Record, held: Record | None, parts: list[str], verb: str) -> Response:
    if len(parts) == 1:
        return _listed(call, vault, "secrets", deleted=False)
    if verb == "set":
        return JSONResponse(_secret_shown(*_set_secret(call.world, vault["name"], parts[1], call.json())))
    version = _version(held, "secrets", parts)
    assert held is not None  # noqa: S101 - _version has refused None
    if verb == "list":
        return JSONResponse({"nextLink": None, **page(call, [_item(held, "secrets", v, versioned=True) for v in held["versions"]], link="nextLink")})
    if verb == "update":
        _update(call, version)
        return JSONResponse({k: v for k, v in _secret_shown(held, version).items() if k != "value"})
    if verb == "delete":
        held["deleted"] = int(time.time())
        call.world.touch()
        return JSONResponse({k: v for k, v in {**_secret_shown(held, version), **_deletion(held, "secrets")}.items() if k != "value"})
    if not version["attributes"]["enabled"]:
        raise ArmRefusal(403, "Forbidden", "Operation get is not allowed on a disabled secret.")
    return JSONResponse(_secret_shown(held, version))


def _set_secret(world: World, vault: str, name: str, body: Record) -> tuple[Record, Record]:
    if not isinstance(body.get("value"), str):
        raise ArmRefusal(400, "BadParameter", "The value of a secret is a string.")
    held = world.table("secrets").get(f"{vault.lower()}/{name.lower()}")
    if held is not None and held["deleted"]:
        raise ArmRefusal(
            409,
            "Conflict",
            f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.",
        )
    now = int(time.time())
    asked = {k: v for k, v in (body.get("attributes") or {}).items() if v is not None}
    version = {
        "version": secrets.token_hex(16),
        "value": body["value"],
        "contentType": body.get("contentType"),
        "tags": body.get("tags") or {},
        "attributes": {"enabled": True, **asked, "created": now, "updated": now, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90},
    }
    record = world.table("secrets").setdefault(f"{vault.lower()}/{name.lower()}", {"name": name, "vault": vault, "versions": [], "deleted": None})
    record["versions"].append(version)
    world.touch()
    return record, version


def written_by_arm(world: World, vault: str, name: str, record: Record) -> None:
    """ARM's PUT of a secret: a new version when a value came along; the value itself is never shown by ARM."""
    properties = record["properties"]
    value = properties.pop("value", None)
    held = world.table("secrets").get(f"{vault.lower()}/{name.lower()}")
    if value is not None or held is None:
        held, _ = _set_secret(world, vault, name, {**properties, "value": value, "tags": record.get("tags")})
    newest = held["versions"][-1]
    base = f"https://{vault}.vault.azure.net/secrets/{name}"
    properties.update(
        secretUri=base,
        secretUriWithVersion=f"{base}/{newest['version']}",
        attributes={k: newest["attributes"][k] for k in ("enabled", "created", "updated", "exp", "nbf") if k in newest["attributes"]},
    )


def _secret_shown(held: Record, version: Record) -> Record:
    return {"value": version["value"], **_item({**held, "deleted": None}, "secrets", version, versioned=True)}


def _update(call: Call, version: Record) -> None:
    body = call.json()
    version["attributes"].update({k: v for k, v in (body.get("attributes") or {}).items() if v is not None}, updated=int(time.time()))
    for field in ("tags", "contentType", "key_ops"):
        if body.get(field) is not None:
            version[field] = body[field]
    call.world.touch()


def _key(call: Call, vault: Record, held: Record | None, parts: list[str], verb: str) -> Response:
    if len(parts) == 1:
        return _listed(call, vault, "keys", deleted=False)
    if verb == "create":
        if held is not None and held["deleted"]:
            raise ArmRefusal(409, "Conflict", f"Key {parts[1]} is currently in a deleted but recoverable state, and its name cannot be reused.")
        made = vault_keys.create(call.world, vault["name"], parts[1], call.json())
        return JSONResponse(vault_keys.shown(made, made["versions"][-1]))
    version = _version(held, "keys", parts)
    assert held is not None  # noqa: S101 - _version has refused None
    if verb in _CRYPTO:
        return JSONResponse(vault_keys.used(held, version, verb, call.json()))
    if verb == "list":
        return JSONResponse({"nextLink": None, **page(call, [_item(held, "keys", v, versioned=True) for v in held["versions"]], link="nextLink")})
    if verb == "update":
        _update(call, version)
    elif verb == "delete":
        held["deleted"] = int(time.time())
        call.world.touch()
        return JSONResponse({**vault_keys.shown(held, version), **_deletion(held, "keys")})
    elif verb != "get":
        raise ArmRefusal(404, "NotFound", f"The lab knows no operation '{verb}' on keys.")
    return JSONResponse(vault_keys.shown(held, version))


def _deleted(call: Call, held: Record | None, parts: list[str], kind: str, verb: str) -> Response:
    if len(parts) == 1:
        vault_name = call.path.strip("/").partition("/")[0]
        return _listed(call, {"name": vault_name}, kind, deleted=True)
    if held is None or not held["deleted"]:
        raise _absent(kind, parts[1])
    newest = held["versions"][-1]
    whole = _secret_shown(held, newest) if kind == "secrets" else vault_keys.shown(held, newest)
    shown = {k: v for k, v in whole.items() if k != "value"}
    if verb == "get":
        return JSONResponse({**shown, **_deletion(held, kind)})
    call.world.touch()
    if verb == "recover":
        held["deleted"] = None
        return JSONResponse(shown)
    vault = next(
        r for r in call.world.table("resources").values() if r["type"].lower() == "microsoft.keyvault/vaults" and r["name"].lower() == held["vault"].lower()
    )
    if vault["properties"].get("enablePurgeProtection"):
        raise ArmRefusal(403, "Forbidden", 'Operation "purge" is not allowed because purge protection is enabled for this vault.')
    del call.world.table(kind)[f"{held['vault'].lower()}/{held['name'].lower()}"]
    return Response(status_code=204)
