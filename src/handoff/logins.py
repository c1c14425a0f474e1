"""Credentials other than the operator's own: the client's administrators for the lock-out check, and canaries for the proof.

They are named in a JSON file (`--logins FILE` or `HANDOFF_LOGINS`; for canaries `--canaries FILE`) of mode 0600:
`{"logins": [{"name", "cloud", "party", "principal", "form", ...}]}`. Forms and their fields:

| form | fields |
|---|---|
| `aws-profile` | `profile` (of the shared AWS files) |
| `aws-keys` | `access_key_id`, `secret_access_key`, optional `session_token` |
| `aws-url` | `url` (a presigned address, tried by a plain GET without credentials), `op` and `bucket` (the call that it is for) |
| `aws-role` | `access_key_id`, `secret_access_key`, `role_arn`, optional `external_id`: the role is assumed at each try |
| `azure-secret` | `tenant`, `client_id`, `client_secret` |
| `azure-bearer` | `token` (already issued; sent as it is) |
| `azure-shared-key` | `account`, `key` |
| `gcp-key` | `file` (service-account key file) or `info` (its JSON text) |
| `gcp-bearer` | `token` (already issued; sent as it is) |
| `gcp-workload` | `audience` (`//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/X`), `subject_token`, optional `service_account` |

A field `X_env` or `X_file` may stand for a secret field `X`: the value is then read from that variable or file.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handoff.errors import UsageError
from handoff.model import Login, Party, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLE = "HANDOFF_LOGINS"
SECRET_FIELDS = frozenset({"secret_access_key", "session_token", "client_secret", "token", "key", "info", "subject_token", "url"})
_HEAD = ("name", "cloud", "party", "principal", "form")


def load(path: Path) -> tuple[Login, ...]:
    """Every login of a file, secrets resolved."""
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{path} holds credentials, but others may read it", hint=f"chmod 600 {path}")
        entries = json.loads(path.read_text(encoding="utf-8"))["logins"]
        return tuple(_login(entry, where=f"{path}: logins[{number}]") for number, entry in enumerate(entries))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="Name a file of logins, see docs/credentials.md.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is not a file of logins: {error}", hint="See docs/credentials.md for the format.") from error


def from_environment() -> tuple[Login, ...]:
    """The logins of `HANDOFF_LOGINS`, or none."""
    name = os.environ.get(VARIABLE)
    return load(Path(name)) if name else ()


def dump(logins: Iterable[Login], path: Path, *, beside: Mapping[str, object] | None = None) -> None:
    """Write a file of logins with mode 0600 from its first byte, replacing an older one whole; `beside` adds further blocks."""
    body = {"logins": [_entry(login) for login in logins], **(beside or {})}
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        json.dump(body, stream, indent=1)
    temporary.replace(path)


def _entry(login: Login) -> dict[str, str]:
    head = {"name": login.name, "cloud": login.cloud, "party": login.party.value, "principal": login.principal, "form": login.form}
    return head | {key: value.reveal() if isinstance(value, Secret) else value for key, value in login.material.items()}


def _login(entry: dict[str, Any], *, where: str) -> Login:
    missing = [name for name in _HEAD if not isinstance(entry.get(name), str)]
    if missing:
        raise UsageError(f"{where}: {', '.join(missing)} missing", hint="See docs/credentials.md for the format.")
    if entry["party"] not in {party.value for party in Party}:
        raise UsageError(f"{where}.party: {entry['party']!r} is not a party", hint=f"One of {', '.join(Party)}.")
    material: dict[str, str | Secret] = {}
    for name, value in entry.items():
        if name in _HEAD:
            continue
        plain, resolved = _resolve(name, str(value), where=where)
        material[plain] = Secret(resolved) if plain in SECRET_FIELDS else resolved
    return Login(name=entry["name"], cloud=entry["cloud"], party=Party(entry["party"]), principal=entry["principal"], form=entry["form"], material=material)


def _resolve(name: str, value: str, *, where: str) -> tuple[str, str]:
    if name.endswith("_env") and name[:-4] in SECRET_FIELDS:
        if value not in os.environ:
            raise UsageError(f"{where}.{name}: the variable {value} is not set", hint=f"export {value}=...")
        return name[:-4], os.environ[value]
    if name.endswith("_file") and name[:-5] in SECRET_FIELDS:
        try:
            return name[:-5], Path(value).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(f"{where}.{name}: {value} cannot be read: {error.strerror}", hint="Name a file that holds the secret and nothing else.") from error
    return name, value
