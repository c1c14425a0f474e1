"""Google sign-in: from a login, or the application default credentials, to a bearer token, once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from threading import Lock
from typing import Any, cast

import google.auth
import google.auth.exceptions
import google.auth.transport.requests
import requests
from google.auth import identity_pool
from google.oauth2 import service_account

from handoff.errors import CloudError, CredentialsRefused, HandoffError, UsageError
from handoff.model import Login, Secret

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
BASE = "HANDOFF_GCP_URL"
"""One base for every Google API, for a lab; Google has no variable of its own that reaches all of them."""
REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied", "unauthenticated"})
"""OAuth errors by which a token endpoint refuses a credential. source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 (read 2026-11-22)"""
TIMEOUT_S = 20.0


def base() -> str | None:
    """The base in force, None = Google's own endpoints."""
    return os.environ.get(BASE) or None


class Session:
    """One credential. The token is fetched on first use and kept; `fresh` gives a new one."""

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._token: str | None = None
        self._credentials: Any = None
        self._alone = Lock()

    def token(self) -> str:
        """A bearer token. Raises CredentialsRefused, or CloudError when no clear answer came."""
        with self._alone:  # kinds of one sweep share a connection
            if self._token is None:
                self._token = self._fetch()
            return self._token

    def principal(self) -> str:
        """The IAM member that signs in; for a bare token, the one that the login claims."""
        if self._login is not None and self._login.form in {"gcp-bearer", "gcp-workload"}:
            return self._login.principal
        self.token()
        email = getattr(self._credentials, "service_account_email", None)
        if email and email != "default":
            return f"serviceAccount:{email}"
        return self._ask_who()

    def _fetch(self) -> str:
        if self._login is not None and self._login.form == "gcp-bearer":
            return _reveal(self._login, "token")
        try:
            self._credentials = self._build()
            self._credentials.refresh(_transport())
        except (google.auth.exceptions.GoogleAuthError, requests.RequestException, ValueError) as error:
            raise translate(error) from error
        return cast("str", self._credentials.token)

    def _build(self) -> Any:  # noqa: ANN401 - google-auth is not typed
        login = self._login
        if login is None:
            return google.auth.default(scopes=SCOPES)[0]
        match login.form:
            case "gcp-key":
                if "info" in login.material:
                    return service_account.Credentials.from_service_account_info(json.loads(_reveal(login, "info")), scopes=SCOPES)
                return service_account.Credentials.from_service_account_file(str(login.material["file"]), scopes=SCOPES)
            case "gcp-workload":
                return _workload(login)
            case form:
                raise UsageError(f"login {login.name}: form {form!r} is not one of Google Cloud", hint="See docs/credentials.md for the forms.")

    def _ask_who(self) -> str:
        """For people: the token endpoint's own word. source: https://cloud.google.com/docs/authentication/token-types (read 2026-11-22)."""
        try:
            answer = requests.post(f"{base() or 'https://oauth2.googleapis.com'}/tokeninfo", data={"access_token": self.token()}, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            raise CloudError(f"tokeninfo: {type(error).__name__}") from error
        email = answer.json().get("email") if answer.ok else None
        if not email:
            raise CloudError(f"tokeninfo: HTTP {answer.status_code}, and no e-mail address")
        return f"user:{email}"


def translate(error: Exception) -> HandoffError:
    """A sign-in's failure in our words: refused only when the token endpoint said so."""
    if isinstance(error, google.auth.exceptions.DefaultCredentialsError):
        return CredentialsRefused(f"no Google Cloud credential: {error}", hint="Set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`.")
    code = refusal_code(error)
    if code:
        return CredentialsRefused(f"Google's token endpoint refused the credential: {code}")
    if isinstance(error, ValueError) and not isinstance(error, google.auth.exceptions.GoogleAuthError):
        return CredentialsRefused("the Google Cloud credential is malformed", hint="Make a new key file; the content was not printed on purpose.")
    return CloudError(f"sign-in to Google Cloud: {type(error).__name__}")


def refusal_code(error: Exception) -> str:
    """The endpoint's refusal (`invalid_grant: Account disabled`), or empty when the answer was not a clear one."""
    if not isinstance(error, google.auth.exceptions.RefreshError):
        return ""
    for argument in error.args:
        body: Mapping[str, Any] = argument if isinstance(argument, Mapping) else _json(argument)
        told = body.get("error")
        if isinstance(told, Mapping):  # the shape of an API that is asked for a token, as iamcredentials is
            name, text = str(told.get("status", "")).lower(), str(told.get("message", ""))
        else:
            name, text = str(told), str(body.get("error_description", ""))
        if name in REFUSALS or name == "permission_denied":
            return f"{name}: {text}".rstrip(": ")
    return next((name for name in sorted(REFUSALS) if name in str(error)), "")


def _json(text: object) -> Mapping[str, Any]:
    if not isinstance(text, str) or "{" not in text:
        return {}
    try:
        body = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _workload(login: Login) -> Any:  # noqa: ANN401 - google-auth is not typed
    token = _reveal(login, "subject_token")

    class Supplier(identity_pool.SubjectTokenSupplier):  # type: ignore[misc]
        def get_subject_token(self, context: object, request: object) -> str:
            return token

    root = base()
    account = login.material.get("service_account")
    impersonate = f"{root or 'https://iamcredentials.googleapis.com'}/v1/projects/-/serviceAccounts/{account}:generateAccessToken" if account else None
    return identity_pool.Credentials(
        audience=str(login.material["audience"]),
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",  # noqa: S106 the name of a type
        token_url=f"{root or 'https://sts.googleapis.com'}/v1/token",
        subject_token_supplier=Supplier(),
        service_account_impersonation_url=impersonate,
        scopes=list(SCOPES),
    )


def _reveal(login: Login, name: str) -> str:
    value = login.material.get(name)
    if value is None:
        raise UsageError(f"login {login.name}: {name} is missing", hint="See docs/credentials.md for the forms.")
    return value.reveal() if isinstance(value, Secret) else value


def _transport() -> Any:  # noqa: ANN401 - google-auth is not typed
    session = requests.Session()
    if base() is not None:
        session.trust_env = False  # a CA variable meant for the real endpoints would break a lab's
    return google.auth.transport.requests.Request(session)
