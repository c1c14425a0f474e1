"""Entra sign-in: from a login, or the standard environment, to a bearer token for one audience; and the Shared Key of storage."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import re
import ssl
from collections.abc import Mapping
from email.utils import formatdate
from threading import Lock
from typing import Any, cast
from urllib.parse import urlsplit

import azure.core.exceptions
import azure.identity

from handoff.clouds._azure_ops import STORAGE_VERSION, Plane, is_lab
from handoff.errors import CloudError, CredentialsRefused, HandoffError, UsageError
from handoff.model import Login, Secret

for _name in ("azure", "msal"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # else their warnings, with the vendor's whole answer, go to stderr

CA = "HANDOFF_CA_FILE"
"""PEM file of the certificate authority to trust instead of the machine's, for a lab."""
_REFUSED = re.compile(r"AADSTS\d{5,7}")
_NOT_A_REFUSAL = frozenset(
    {
        *("AADSTS90006", "AADSTS90012", "AADSTS90024", "AADSTS90025", "AADSTS90033", "AADSTS90036", "AADSTS50196"),  # busy, or in trouble
        *("AADSTS90013", "AADSTS90014", "AADSTS90023", "AADSTS900144", "AADSTS7000218"),  # a malformed request
        *("AADSTS500011", "AADSTS700024"),  # the API asked for is not in this tenant; our clock is wrong
    }
)
"""Codes that are no word on the credential.
source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read 2026-11-22)"""


class Session:
    """One credential; a token per audience, fetched on first use and anew before it runs out (azure-identity keeps them)."""

    def __init__(self, login: Login | None, *, timeout_s: float = 20.0, once: bool = False) -> None:
        self.login = login
        self._timeout_s = timeout_s
        self._once = once
        self._credential: Any = None
        self._alone = Lock()

    def token(self, plane: Plane) -> str:
        """A bearer token for a plane. Raises CredentialsRefused, or CloudError when no clear answer came."""
        if self.login is not None and self.login.form == "azure-bearer":
            return reveal(self.login, "token")
        with self._alone:  # kinds of one sweep share a connection
            return self._fetch(plane.audience)

    def claims(self, plane: Plane) -> Mapping[str, Any]:
        """What the token says of its bearer; only to be read of a token that an API has just taken."""
        try:
            part = self.token(plane).split(".")[1]
            decoded = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (IndexError, ValueError) as error:
            raise UsageError("the Azure token is not one of Entra's: it is no JWT", hint="See docs/credentials.md for the forms.") from error
        return cast("Mapping[str, Any]", decoded) if isinstance(decoded, dict) else {}

    def _fetch(self, audience: str) -> str:
        try:
            if self._credential is None:
                self._credential = self._build()
            return str(self._credential.get_token(audience).token)
        except (azure.core.exceptions.AzureError, ValueError) as error:
            raise translate(error) from error

    def _build(self) -> Any:  # noqa: ANN401 - one of azure-identity's many classes
        options: dict[str, Any] = {
            "disable_instance_discovery": is_lab(),
            "connection_timeout": self._timeout_s,
            "read_timeout": self._timeout_s,
            "retry_total": 2,
        }
        if is_lab():
            options["use_env_settings"] = False  # the machine's proxy and CA are not the lab's
        if verify := ca_file():
            options["connection_verify"] = verify
        if self._once:
            options["retry_total"] = 0
        login = self.login
        if login is None:
            return azure.identity.EnvironmentCredential(**options) if os.environ.get("AZURE_CLIENT_ID") else azure.identity.DefaultAzureCredential(**options)
        if login.form != "azure-secret":
            raise UsageError(f"login {login.name}: form {login.form!r} does not sign in to Entra", hint="See docs/credentials.md for the forms.")
        if authority := os.environ.get("AZURE_AUTHORITY_HOST"):
            options["authority"] = authority
        return azure.identity.ClientSecretCredential(str(login.material["tenant"]), str(login.material["client_id"]), reveal(login, "client_secret"), **options)


def refusal_code(error: Exception) -> str:
    """Entra's code when it refused the credential (`AADSTS7000215`), or empty when the answer was not a clear one."""
    if not isinstance(error, azure.core.exceptions.ClientAuthenticationError) or isinstance(error, azure.identity.CredentialUnavailableError):
        return ""
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and (status == 429 or status >= 500):
        return ""
    codes = _REFUSED.findall(str(error))
    return codes[0] if codes and codes[0] not in _NOT_A_REFUSAL else ""


def translate(error: Exception) -> HandoffError:
    """A sign-in's failure in our words; the SDK's own text may hold more than should be shown."""
    if isinstance(error, azure.identity.CredentialUnavailableError):
        return CredentialsRefused("no Azure credential", hint="Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run `az login`.")
    if code := refusal_code(error):
        return CredentialsRefused(f"Entra refused the credential: {code}")
    if isinstance(error, azure.core.exceptions.ClientAuthenticationError):
        return CloudError("sign-in to Entra gave no clear answer")
    if isinstance(error, ValueError):
        return CredentialsRefused("the Azure credential is incomplete", hint="Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.")
    return CloudError(f"sign-in to Entra: {type(error).__name__}")


def ca_file() -> str | None:
    """The lab's CA, when one is set."""
    return os.environ.get(CA) or None


def tls() -> ssl.SSLContext | bool:
    """What TLS servers have to prove."""
    return ssl.create_default_context(cafile=ca_file()) if ca_file() else True


def reveal(login: Login, name: str) -> str:
    """A secret field of a login. Raises UsageError when it is missing."""
    value = login.material.get(name)
    if value is None:
        raise UsageError(f"login {login.name}: {name} is missing", hint="See docs/credentials.md for the forms.")
    return value.reveal() if isinstance(value, Secret) else value


_SIGNED = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


def shared_key_headers(account: str, key: str, method: str, url: str, query: Mapping[str, str]) -> dict[str, str]:
    """Headers that sign a request without a body by an account's key.

    source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (read 2026-11-22)
    """
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": STORAGE_VERSION}
    ours = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    resource = f"/{account}{urlsplit(url).path}" + "".join(f"\n{name.lower()}:{value}" for name, value in sorted(query.items()))
    text = "\n".join([method, *("" for _ in _SIGNED)]) + "\n" + ours + resource
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError as error:
        raise UsageError(f"the key of {account} is not base64") from error
    signature = base64.b64encode(hmac.new(raw, text.encode(), hashlib.sha256).digest()).decode()
    return headers | {"authorization": f"SharedKey {account}:{signature}"}
