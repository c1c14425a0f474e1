"""Cloud KMS: key rings, symmetric keys and versions, with real AES-256-GCM."""

from __future__ import annotations

import base64
import binascii
import os
import re
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.checksum import crc32c
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "cloudkms.v1"
_RINGS = "projects.locations.keyRings"
_KEYS = f"{_RINGS}.cryptoKeys"
_VERSIONS = f"{_KEYS}.cryptoKeyVersions"
_NONCE = 12
_DESTROY_S = 30 * 86400
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,63}")
_LOCATIONS = ("eu", "europe-west1", "europe-west3", "europe-west4", "global", "us", "us-central1", "us-east1")
"""Some of the many; a location that holds a key ring is listed too."""


def _within(call: Call, table: str, folder: str) -> dict[str, Record]:
    prefix = f"{call.name}/{folder}/"
    return {name: record for name, record in call.state.table(table).items() if name.startswith(prefix)}


@handles(API, "projects.locations.list", may="cloudkms.locations.list")
def locations(call: Call) -> Record:
    """Locations in which keys can be."""
    call.find("projects")
    used = {name.split("/")[3] for name in _within(call, "keyRings", "locations")}
    return page(call, {place: {"name": f"{call.name}/locations/{place}", "locationId": place} for place in used.union(_LOCATIONS)}, "locations")


@handles(API, f"{_RINGS}.create", may="cloudkms.keyRings.create")
def create_ring(call: Call) -> Record:
    """Create a key ring; it can never be deleted."""
    call.find("projects", "/".join(call.name.split("/")[:2]))
    name = f"{call.name}/keyRings/{_key(call, 'keyRingId')}"
    if name in call.state.table("keyRings"):
        raise exists(f"KeyRing {name}")
    call.state.table("keyRings")[name] = {"name": name, "createTime": call.stamp()}
    return call.state.table("keyRings")[name]


def _key(call: Call, parameter: str) -> str:
    key = call.need(parameter)
    if not _NAME.fullmatch(key):
        raise invalid(f"{parameter} {key!r} must be 1 to 63 letters, digits, hyphens and underscores.")
    return key


@handles(API, f"{_RINGS}.get", may="cloudkms.keyRings.get")
def ring(call: Call) -> Record:
    """One key ring."""
    return shown(call.find("keyRings"))


@handles(API, f"{_RINGS}.list", may="cloudkms.keyRings.list")
def rings(call: Call) -> Record:
    """Key rings of a location."""
    return page(call, _within(call, "keyRings", "keyRings"), "keyRings")


@handles(API, f"{_KEYS}.create", may="cloudkms.cryptoKeys.create")
def create_key(call: Call) -> Record:
    """Create a symmetric key with its first version."""
    call.find("keyRings")
    if call.body.get("purpose") != "ENCRYPT_DECRYPT":
        raise invalid("The lab has keys of purpose ENCRYPT_DECRYPT only.")
    name = f"{call.name}/cryptoKeys/{_key(call, 'cryptoKeyId')}"
    if name in call.state.table("cryptoKeys"):
        raise exists(f"CryptoKey {name}")
    template = {"protectionLevel": "SOFTWARE", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"} | (call.body.get("versionTemplate") or {})
    record = {
        **call.body,
        "name": name,
        "createTime": call.stamp(),
        "versionTemplate": template,
        "destroyScheduledDuration": call.body.get("destroyScheduledDuration") or f"{_DESTROY_S}s",
    }
    call.state.table("cryptoKeys")[name] = record
    if call.ask("skipInitialVersionCreation") != "true":
        record["_primary"] = _new_version(call, record)["name"]
    return _show(call)(record)


def _show(call: Call) -> Callable[[Record], Record]:
    def show(record: Record) -> Record:
        primary = call.state.table("cryptoKeyVersions").get(record.get("_primary", ""))
        return shown(record) | ({"primary": shown(primary)} if primary else {})

    return show


def _new_version(call: Call, key: Record) -> Record:
    table = call.state.table("cryptoKeyVersions")
    number = 1 + sum(1 for name in table if name.startswith(key["name"] + "/"))
    name = f"{key['name']}/cryptoKeyVersions/{number}"
    record = {"name": name, "state": "ENABLED", "protectionLevel": key["versionTemplate"]["protectionLevel"], "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}
    record |= {"createTime": call.stamp(), "generateTime": call.stamp(), "_key": base64.b64encode(os.urandom(32)).decode()}
    table[name] = record
    return record


@handles(API, f"{_KEYS}.get", may="cloudkms.cryptoKeys.get")
def key(call: Call) -> Record:
    """One key."""
    return _show(call)(call.find("cryptoKeys"))


@handles(API, f"{_KEYS}.list", may="cloudkms.cryptoKeys.list")
def keys(call: Call) -> Record:
    """Keys of a ring."""
    call.find("keyRings")
    return page(call, _within(call, "cryptoKeys", "cryptoKeys"), "cryptoKeys", show=_show(call))


@handles(API, f"{_KEYS}.patch", may="cloudkms.cryptoKeys.update")
def patch_key(call: Call) -> Record:
    """Change labels, rotation or template."""
    record = call.find("cryptoKeys")
    masked(record, call.body, call.need("updateMask"), fixed=frozenset({"name", "purpose", "createTime", "primary"}))
    return _show(call)(record)


@handles(API, f"{_KEYS}.updatePrimaryVersion", may="cloudkms.cryptoKeys.update")
def update_primary(call: Call) -> Record:
    """Choose the version that encrypts."""
    record = call.find("cryptoKeys")
    version = call.find("cryptoKeyVersions", f"{call.name}/cryptoKeyVersions/{call.body.get('cryptoKeyVersionId', '')}")
    record["_primary"] = version["name"]
    return _show(call)(record)


@handles(API, f"{_VERSIONS}.create", may="cloudkms.cryptoKeyVersions.create")
def create_version(call: Call) -> Record:
    """A new version; it becomes primary only by updatePrimaryVersion."""
    return shown(_new_version(call, call.find("cryptoKeys")))


@handles(API, f"{_VERSIONS}.get", may="cloudkms.cryptoKeyVersions.get")
def version(call: Call) -> Record:
    """One version."""
    return shown(call.find("cryptoKeyVersions"))


@handles(API, f"{_VERSIONS}.list", may="cloudkms.cryptoKeyVersions.list")
def versions(call: Call) -> Record:
    """Versions of a key."""
    call.find("cryptoKeys")
    return page(call, _within(call, "cryptoKeyVersions", "cryptoKeyVersions"), "cryptoKeyVersions")


@handles(API, f"{_VERSIONS}.patch", may="cloudkms.cryptoKeyVersions.update")
def patch_version(call: Call) -> Record:
    """Enable or disable."""
    record = call.find("cryptoKeyVersions")
    wanted = call.body.get("state")
    if wanted not in {"ENABLED", "DISABLED"} or record["state"] not in {"ENABLED", "DISABLED"}:
        raise Refusal("FAILED_PRECONDITION", f"{record['name']} is {record['state']} and cannot become {wanted}.")
    record["state"] = wanted
    return shown(record)


@handles(API, f"{_VERSIONS}.destroy", may="cloudkms.cryptoKeyVersions.destroy")
def destroy(call: Call) -> Record:
    """Schedule destruction: useless at once, gone after the key's duration."""
    record = call.find("cryptoKeyVersions")
    if record["state"] in {"DESTROYED", "DESTROY_SCHEDULED"}:
        raise Refusal("FAILED_PRECONDITION", f"{record['name']} is not enabled or disabled, current state is: {record['state']}.")
    key = call.find("cryptoKeys", record["name"].rsplit("/cryptoKeyVersions/", 1)[0])
    record |= {"state": "DESTROY_SCHEDULED", "destroyTime": call.stamp(plus_s=float(key["destroyScheduledDuration"].rstrip("s")))}
    return shown(record)


@handles(API, f"{_VERSIONS}.restore", may="cloudkms.cryptoKeyVersions.restore")
def restore(call: Call) -> Record:
    """Take a scheduled destruction back; the version comes back disabled."""
    record = call.find("cryptoKeyVersions")
    if record["state"] != "DESTROY_SCHEDULED":
        raise Refusal("FAILED_PRECONDITION", f"{record['name']} is not scheduled for destruction.")
    record["state"] = "DISABLED"
    record.pop("destroyTime", None)
    return shown(record)


def _bytes(text: object, field: str) -> bytes:
    try:
        return base64.b64decode(str(text or ""), validate=True)
    except binascii.Error as error:
        raise invalid(f"{field} is not base64.") from error


def _verified(call: Call, field: str, data: bytes) -> bool:
    given = call.body.get(field)
    if given is not None and str(given) != crc32c(data):
        raise invalid(f"The checksum {field} does not match the data that was received.")
    return given is not None


def usable(record: Record | None, name: str) -> Record:
    """The version, if it is enabled; else the refusal that Google gives."""
    if record is None:
        raise Refusal("FAILED_PRECONDITION", f"{name} has no primary version.")
    if record["state"] != "ENABLED":
        raise Refusal("FAILED_PRECONDITION", f"{record['name']} is not enabled, current state is: {record['state']}.", reason="KEY_" + record["state"])
    return record


@handles(API, f"{_KEYS}.encrypt", may="cloudkms.cryptoKeyVersions.useToEncrypt")
def encrypt(call: Call) -> Record:
    """Encrypt with the primary version."""
    record = call.find("cryptoKeys")
    used = usable(call.state.table("cryptoKeyVersions").get(record.get("_primary", "")), record["name"])
    plain, extra = _bytes(call.body.get("plaintext"), "plaintext"), _bytes(call.body.get("additionalAuthenticatedData"), "additionalAuthenticatedData")
    nonce = os.urandom(_NONCE)
    number = int(used["name"].rsplit("/", 1)[1])
    cipher = number.to_bytes(4, "big") + nonce + AESGCM(base64.b64decode(used["_key"])).encrypt(nonce, plain, extra)
    out = {
        "name": used["name"],
        "ciphertext": base64.b64encode(cipher).decode(),
        "ciphertextCrc32c": crc32c(cipher),
        "protectionLevel": used["protectionLevel"],
    }
    out["verifiedPlaintextCrc32c"] = _verified(call, "plaintextCrc32c", plain)
    out["verifiedAdditionalAuthenticatedDataCrc32c"] = _verified(call, "additionalAuthenticatedDataCrc32c", extra)
    return out


@handles(API, f"{_KEYS}.decrypt", may="cloudkms.cryptoKeyVersions.useToDecrypt")
def decrypt(call: Call) -> Record:
    """Decrypt with the version that the ciphertext names."""
    record = call.find("cryptoKeys")
    cipher = _bytes(call.body.get("ciphertext"), "ciphertext")
    _verified(call, "ciphertextCrc32c", cipher)
    name = f"{record['name']}/cryptoKeyVersions/{int.from_bytes(cipher[:4], 'big')}"
    found = call.state.table("cryptoKeyVersions").get(name)
    if found is None:
        raise invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.")
    used = usable(found, record["name"])
    try:
        plain = AESGCM(base64.b64decode(used["_key"])).decrypt(
            cipher[4 : 4 + _NONCE], cipher[4 + _NONCE :], _bytes(call.body.get("additionalAuthenticatedData"), "additionalAuthenticatedData")
        )
    except (InvalidTag, ValueError) as error:
        raise invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.") from error
    out = {"plaintext": base64.b64encode(plain).decode(), "plaintextCrc32c": crc32c(plain), "protectionLevel": used["protectionLevel"]}
    return out | {"usedPrimary": used["name"] == record.get("_primary")}
