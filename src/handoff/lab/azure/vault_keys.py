"""Keys of Key Vault: made, kept and used here, with real cryptography.

source: https://learn.microsoft.com/rest/api/keyvault/keys (read 2026-11-22)
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from handoff.lab.azure.world import Record, World

OPERATIONS = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]
_MEANS = {"encrypt": "encrypt", "decrypt": "decrypt", "wrapkey": "wrapKey", "unwrapkey": "unwrapKey", "sign": "sign", "verify": "verify"}


def written_by_arm(world: World, vault: str, name: str, record: Record) -> None:
    """ARM's PUT of a key: makes the key unless there is one; then only shows it, as the vendor's does."""
    properties = record["properties"]
    held = world.table("keys").get(f"{vault.lower()}/{name.lower()}")
    if held is None:
        held = create(
            world,
            vault,
            name,
            {
                "kty": properties.get("kty") or "RSA",
                "key_size": properties.get("keySize"),
                "key_ops": properties.get("keyOps"),
                "attributes": properties.get("attributes"),
            },
        )
    elif held.get("deleted"):
        raise ArmRefusal(409, "Conflict", f"Key {name} is currently in a deleted but recoverable state, and its name cannot be reused.")
    newest = held["versions"][-1]
    attributes = newest["attributes"]
    properties.update(
        kty=held["kty"],
        keyOps=newest["key_ops"],
        keySize=held["size"],
        keyUri=f"https://{vault}.vault.azure.net/keys/{name}",
        keyUriWithVersion=f"https://{vault}.vault.azure.net/keys/{name}/{newest['version']}",
        attributes={k: v for k, v in attributes.items() if k in {"enabled", "created", "updated", "exp", "nbf", "recoveryLevel"}},
    )


def create(world: World, vault: str, name: str, body: Record) -> Record:
    """A new key, or a new version of one."""
    if body.get("kty") not in {"RSA", "RSA-HSM"}:
        raise ArmRefusal(400, "BadParameter", f"The lab makes RSA keys only, not '{body.get('kty')}'.")
    size = int(body.get("key_size") or 2048)
    if size not in {2048, 3072, 4096}:
        raise ArmRefusal(400, "BadParameter", f"Key size {size} is not supported.")
    now = int(time.time())
    asked = {k: v for k, v in (body.get("attributes") or {}).items() if v is not None}
    private = rsa.generate_private_key(public_exponent=65537, key_size=size)
    version = {
        "version": secrets.token_hex(16),
        "attributes": {"enabled": True, **asked, "created": now, "updated": now, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90},
        "key_ops": body.get("key_ops") or OPERATIONS,
        "tags": body.get("tags") or {},
        "_pem": private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode("ascii"),
    }
    held = world.table("keys").setdefault(
        f"{vault.lower()}/{name.lower()}", {"name": name, "vault": vault, "kty": body["kty"], "size": size, "versions": [], "deleted": None}
    )
    held["versions"].append(version)
    world.touch()
    return held


def shown(held: Record, version: Record) -> Record:
    """A key bundle: the public half and its attributes."""
    numbers = _private(version).public_key().public_numbers()
    key = {
        "kid": f"https://{held['vault']}.vault.azure.net/keys/{held['name']}/{version['version']}",
        "kty": held["kty"],
        "key_ops": version["key_ops"],
        "n": encoded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": encoded(numbers.e.to_bytes(3, "big")),
    }
    return {"key": key, "attributes": version["attributes"], "tags": version["tags"]}


def used(held: Record, version: Record, operation: str, body: Record) -> Record:
    """One cryptographic operation; a disabled key refuses every one."""
    if not version["attributes"]["enabled"]:
        raise ArmRefusal(403, "Forbidden", f"Operation {operation} is not allowed on a disabled key.")
    if _MEANS[operation] not in version["key_ops"]:
        raise ArmRefusal(403, "Forbidden", f"Operation {operation} is not permitted on this key.")
    private = _private(version)
    kid = shown(held, version)["key"]["kid"]
    try:
        if operation in {"encrypt", "wrapkey"}:
            return {"kid": kid, "value": encoded(private.public_key().encrypt(decoded(body["value"]), _pad(body["alg"])))}
        if operation in {"decrypt", "unwrapkey"}:
            return {"kid": kid, "value": encoded(private.decrypt(decoded(body["value"]), _pad(body["alg"])))}
        digest = utils.Prehashed({"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}[body["alg"]])
        if operation == "sign":
            return {"kid": kid, "value": encoded(private.sign(decoded(body["value"]), padding.PKCS1v15(), digest))}
        return {"value": _verifies(private, body, digest)}
    except (KeyError, ValueError) as error:
        raise ArmRefusal(400, "BadParameter", f"The operation {operation} cannot be done with these parameters: {error}.") from error


def _verifies(private: rsa.RSAPrivateKey, body: Record, digest: utils.Prehashed) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        private.public_key().verify(decoded(body["value"]), decoded(body["digest"]), padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def _private(version: Record) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(version["_pem"].encode("ascii"), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the lab keeps RSA keys only")
    return key


def _pad(algorithm: str) -> padding.AsymmetricPadding:
    if algorithm == "RSA1_5":
        return padding.PKCS1v15()
    digest: hashes.HashAlgorithm = {"RSA-OAEP": hashes.SHA1(), "RSA-OAEP-256": hashes.SHA256()}[algorithm]  # noqa: S303 - RSA-OAEP is defined over SHA-1
    return padding.OAEP(mgf=padding.MGF1(algorithm=digest), algorithm=digest, label=None)


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Its inverse."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
