"""IAM service accounts and their keys: real RSA keys that sign in until they are deleted or disabled."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from handoff.lab.gcp import policies
from handoff.lab.gcp.api.org_policy import enforced
from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.state import Record, moment, shown

if TYPE_CHECKING:
    from datetime import datetime

API = "iam.v1"
_YEARS_9999 = "9999-12-31T23:59:59Z"
_MAX_KEYS = 10


def _account_of_key(call: Call) -> str:
    return call.name.split("/keys/")[0]


@handles(API, "projects.serviceAccounts.create", may="iam.serviceAccounts.create")
def create(call: Call) -> Record:
    """Create an account."""
    key = str(call.body.get("accountId", ""))
    if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", key):
        raise invalid("The account ID must be 6 to 30 lower-case letters, digits and hyphens, beginning with a letter.")
    project = call.find("projects")
    _refuse_where(call, project["_key"], "iam.disableServiceAccountCreation", "Service account creation is not allowed on this project.")
    email = f"{key}@{project['projectId']}.iam.gserviceaccount.com"
    name = f"projects/{project['projectId']}/serviceAccounts/{email}"
    if name in call.state.table("serviceAccounts"):
        raise exists(f"Service account {key} already exists within project {project['_key']}.")
    unique = "1" + call.state.number().rjust(20, "0")
    record = {"name": name, "projectId": project["projectId"], "uniqueId": unique, "email": email, "oauth2ClientId": unique, "etag": "MDEwMjE5MjA="}
    record |= {field: value for field, value in (call.body.get("serviceAccount") or {}).items() if field in {"displayName", "description"} and value}
    call.state.table("serviceAccounts")[name] = record
    return shown(record)


@handles(API, "projects.serviceAccounts.get", may="iam.serviceAccounts.get")
def get(call: Call) -> Record:
    """One account."""
    return shown(_account(call))


@handles(API, "projects.serviceAccounts.list", may="iam.serviceAccounts.list")
def listing(call: Call) -> Record:
    """Accounts of a project."""
    call.find("projects")
    prefix = call.name + "/serviceAccounts/"
    return page(call, {name: record for name, record in call.state.table("serviceAccounts").items() if name.startswith(prefix)}, "accounts", default=20)


@handles(API, "projects.serviceAccounts.patch", may="iam.serviceAccounts.update")
def patch(call: Call) -> Record:
    """Change display name or description."""
    record = _account(call)
    wanted = {field: value for field, value in (call.body.get("serviceAccount") or {}).items() if field in {"displayName", "description"}}
    masked(record, wanted, str(call.body.get("updateMask", "")), fixed=frozenset({"name", "email", "etag"}))
    return shown(record)


@handles(API, "projects.serviceAccounts.delete", may="iam.serviceAccounts.delete")
def delete(call: Call) -> Record:
    """Delete an account with its keys; its bindings stay behind, marked as deleted."""
    record = _account(call)
    del call.state.table("serviceAccounts")[record["name"]]
    # Its own policy goes with it: an account made anew under the name starts without.
    call.state.table("deletedAccounts")[record["name"]] = record | {"_policy": call.state.table("policies").pop(record["name"], None)}
    policies.forget(call.state, record)
    keys = call.state.table("keys")
    for name in [name for name in keys if name.startswith(record["name"] + "/keys/")]:
        del keys[name]
    return {}


@handles(API, "projects.serviceAccounts.undelete", may="iam.serviceAccounts.undelete")
def undelete(call: Call) -> Record:
    """Bring a deleted account back by its unique id; its keys do not come back."""
    wanted = call.name.rsplit("/", 1)[1]
    for name, record in list(call.state.table("deletedAccounts").items()):
        if wanted in {record["uniqueId"], record["email"]} and name not in call.state.table("serviceAccounts"):
            del call.state.table("deletedAccounts")[name]
            policy = record.pop("_policy", None)
            if policy:
                call.state.table("policies")[name] = policy
            call.state.table("serviceAccounts")[name] = record
            policies.remember(call.state, record)
            return {"restoredAccount": shown(record)}
    raise Refusal("NOT_FOUND", f"Unknown service account {wanted}")


@handles(API, "projects.serviceAccounts.disable", may="iam.serviceAccounts.disable")
def disable(call: Call) -> Record:
    """Disable: no new token, and old ones stop."""
    _account(call)["disabled"] = True
    return {}


@handles(API, "projects.serviceAccounts.enable", may="iam.serviceAccounts.enable")
def enable(call: Call) -> Record:
    """Enable again."""
    _account(call).pop("disabled", None)
    return {}


def _account(call: Call, name: str | None = None) -> Record:
    wanted = call.name if name is None else name
    record = call.state.table("serviceAccounts").get(wanted)
    if record is None:
        raise Refusal("NOT_FOUND", f"Unknown service account {wanted.rsplit('/', 1)[1]}")
    return record


@handles(API, "projects.serviceAccounts.keys.create", may="iam.serviceAccountKeys.create")
def create_key(call: Call) -> Record:
    """A new key; the private half is in this answer only."""
    account = _account(call)
    _refuse_where(call, f"projects/{account['projectId']}", "iam.disableServiceAccountKeyCreation", "Key creation is not allowed on this service account.")
    name, record = _new_key(call, account)
    if (call.body.get("privateKeyType") or "TYPE_GOOGLE_CREDENTIALS_FILE") != "TYPE_GOOGLE_CREDENTIALS_FILE":
        raise invalid("The lab gives keys as TYPE_GOOGLE_CREDENTIALS_FILE only.")
    private = record.pop("_private")
    call.state.table("keys")[name] = record
    info = {
        "type": "service_account",
        "project_id": account["projectId"],
        "private_key_id": name.rsplit("/", 1)[1],
        "private_key": private,
        "client_email": account["email"],
        "client_id": account["uniqueId"],
        "auth_uri": f"{call.base_url}/o/oauth2/auth",
        "token_uri": f"{call.base_url}/token",
        "universe_domain": "googleapis.com",
    }
    data = base64.b64encode(json.dumps(info, indent=2).encode()).decode()
    return shown(record) | {"privateKeyType": "TYPE_GOOGLE_CREDENTIALS_FILE", "privateKeyData": data}


def _refuse_where(call: Call, project: str, constraint: str, message: str) -> None:
    if enforced(call, project, constraint) and not call.caller.is_root:
        raise Refusal("FAILED_PRECONDITION", message, reason="CONSTRAINT_VIOLATED", metadata={"constraint": f"constraints/{constraint}"})


def _new_key(call: Call, account: Record) -> tuple[str, Record]:
    held = [name for name in call.state.table("keys") if name.startswith(account["name"] + "/keys/")]
    if len(held) >= _MAX_KEYS:
        raise Refusal("FAILED_PRECONDITION", f"Precondition check failed: an account may have {_MAX_KEYS} keys.")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    digest = hashes.Hash(hashes.SHA1())  # noqa: S303 - a name for the key, as Google's key ids are 40 hex digits; nothing rests on it
    digest.update(public.encode())
    name = f"{account['name']}/keys/{digest.finalize().hex()}"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    record = {
        "name": name,
        "keyAlgorithm": "KEY_ALG_RSA_2048",
        "keyOrigin": "GOOGLE_PROVIDED",
        "keyType": "USER_MANAGED",
        "validAfterTime": call.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "validBeforeTime": _YEARS_9999,
        "_account": account["name"],
        "_public": public,
        "_certificate": _certificate(key, account["email"], call.now),
        "_private": private,
    }
    return name, record


def _certificate(key: rsa.RSAPrivateKey, email: str, now: datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, email.split("@", maxsplit=1)[0][:64])])
    ends = moment(_YEARS_9999)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, ends).sign(key, hashes.SHA256())
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.PEM)).decode()


@handles(API, "projects.serviceAccounts.keys.list", may="iam.serviceAccountKeys.list")
def keys(call: Call) -> Record:
    """Keys of an account, with the system-managed one that Google shows beside them; `keyTypes` chooses."""
    account = _account(call)
    found = [record for name, record in sorted(call.state.table("keys").items()) if name.startswith(account["name"] + "/keys/")]
    system = {"name": f"{account['name']}/keys/{account['uniqueId'].rjust(40, '0')}", "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED"}
    system |= {
        "keyType": "SYSTEM_MANAGED",
        "validAfterTime": call.now.strftime("%Y-%m-%dT00:00:00Z"),
        "validBeforeTime": call.now.strftime("%Y-12-31T23:59:59Z"),
    }
    types = [kind for kind in call.query.get("keyTypes", []) if kind != "KEY_TYPE_UNSPECIFIED"]
    chosen = [shown(record) for record in [*found, system] if not types or record["keyType"] in types]
    return {"keys": chosen} if chosen else {}


@handles(API, "projects.serviceAccounts.keys.get", may="iam.serviceAccountKeys.get", at=_account_of_key)
def key(call: Call) -> Record:
    """One key; its public half when asked for."""
    record = call.find("keys")
    wanted = call.ask("publicKeyType")
    out = shown(record)
    if wanted == "TYPE_X509_PEM_FILE":
        out["publicKeyData"] = record["_certificate"]
    elif wanted == "TYPE_RAW_PUBLIC_KEY":
        out["publicKeyData"] = base64.b64encode(record["_public"].encode()).decode()
    return out


@handles(API, "projects.serviceAccounts.keys.delete", may="iam.serviceAccountKeys.delete", at=_account_of_key)
def delete_key(call: Call) -> Record:
    """Delete: no new token at once; tokens that it brought live on until they expire."""
    call.find("keys")
    del call.state.table("keys")[call.name]
    return {}


@handles(API, "projects.serviceAccounts.keys.disable", may="iam.serviceAccountKeys.disable", at=_account_of_key)
def disable_key(call: Call) -> Record:
    """Disable a key."""
    record = call.find("keys")
    record |= {"disabled": True, "disableReason": "SERVICE_ACCOUNT_KEY_DISABLE_REASON_USER_INITIATED"}
    return {}


@handles(API, "projects.serviceAccounts.keys.enable", may="iam.serviceAccountKeys.enable", at=_account_of_key)
def enable_key(call: Call) -> Record:
    """Enable a key again."""
    record = call.find("keys")
    record.pop("disabled", None)
    record.pop("disableReason", None)
    return {}
