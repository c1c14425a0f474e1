"""Google sign-in: from a login, or the application default credentials, to a bearer token, once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, cast

import google.auth
import google.auth.exceptions
import google.auth.transport.requests
import httpx
import requests
from google.auth import identity_pool
from google.oauth2 import service_account

from handoff.errors import CloudError, CredentialsRefused, HandoffError, UsageError
from handoff.model import Login, Secret

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
BASE = "HANDOFF_GCP_URL"
"""One base for every Google API, for a lab; Google has no variable of its own that reaches all of them."""
REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied", "unauthenticated", "permission_denied", "invalid_target"})
"""Errors by which a token endpoint refuses a credential; `invalid_target` is that of a trust which is disabled or gone.
source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2, https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 (read 2026-11-22)"""
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError)
"""What google-auth raises on a credential that is JSON, but not of the shape it says it is."""
TIMEOUT_S = 20.0


def base() -> str | None:
    """The base in force, None = Google's own endpoints."""
    return os.environ.get(BASE) or None


class Refused(CredentialsRefused):
    """The token endpoint itself refused the credential: `code` is its word for why."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Unclear(CloudError):
    """No clear answer of the token endpoint: `code` is what went wrong."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Session:
    """One credential. The token is fetched on first use, kept, and fetched again when it is about to expire."""

    def __init__(self, login: Login | None, *, timeout_s: float = TIMEOUT_S) -> None:
        self._login = login
        self._timeout_s = timeout_s
        self._token: str | None = None
        self._credentials: Any = None
        self._alone = Lock()

    def token(self) -> str:
        """A bearer token. Raises CredentialsRefused, or CloudError when no clear answer came."""
        with self._alone:  # kinds of one sweep share a connection
            if self._token is None or (self._credentials is not None and not self._credentials.valid):
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
            if self._credentials is None:
                self._credentials = self._build()
            self._credentials.refresh(_transport(self._timeout_s))
        except (google.auth.exceptions.GoogleAuthError, requests.RequestException) as error:
            raise translate(error) from None  # google-auth quotes answers, and with them tokens
        except _MALFORMED as error:
            raise Unclear("sign-in to Google Cloud: the token endpoint's answer is not one", code=type(error).__name__) from None
        return cast("str", self._credentials.token)

    def _build(self) -> Any:  # noqa: ANN401 - google-auth is not typed
        login = self._login
        if login is None:
            try:
                return google.auth.default(scopes=SCOPES)[0]
            except (google.auth.exceptions.DefaultCredentialsError, *_MALFORMED, OSError):
                raise _no_default() from None  # what it stands on may quote the file
        match login.form:
            case "gcp-key":
                return _key(login)
            case "gcp-workload":
                return _workload(login)
            case form:
                raise UsageError(f"login {login.name}: form {form!r} is not one of Google Cloud", hint="See docs/credentials.md for the forms.")

    def _ask_who(self) -> str:
        """For people: the token endpoint's own word. source: https://cloud.google.com/docs/authentication/token-types (read 2026-11-22)."""
        try:
            answer = _requests().post(f"{base() or 'https://oauth2.googleapis.com'}/tokeninfo", data={"access_token": self.token()}, timeout=self._timeout_s)
            email = answer.json().get("email") if answer.ok else None
        except (requests.RequestException, AttributeError) as error:
            raise CloudError(f"tokeninfo: {type(error).__name__}") from error
        if not email:
            raise CloudError(f"tokeninfo: HTTP {answer.status_code}, and no e-mail address")
        return f"user:{email}"


def translate(error: Exception) -> HandoffError:
    """A sign-in's failure in our words: refused only when the token endpoint said so."""
    if isinstance(error, google.auth.exceptions.DefaultCredentialsError):
        return CredentialsRefused(
            f"no Google Cloud credential: {error}", hint="Set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`."
        )
    code = refusal_code(error)
    if code:
        return Refused(f"Google's token endpoint refused the credential: {code}", code=code)
    return Unclear(f"sign-in to Google Cloud: {type(error).__name__}, and no clear word of the token endpoint", code=code_of(error))


def code_of(error: BaseException | None) -> str:
    """What went wrong on the way, in one word: `timeout`, `connection`, or the name of the error."""
    if isinstance(error, Unclear):
        return error.code
    first = type(error).__name__
    while error is not None:
        if isinstance(error, httpx.TimeoutException | requests.Timeout):
            return "timeout"
        if isinstance(error, httpx.TransportError | requests.ConnectionError):
            return "connection"
        error = error.__cause__
    return first


def refusal_code(error: BaseException | None) -> str:
    """The endpoint's refusal (`invalid_grant: Account disabled`), or empty when the answer was not a clear one."""
    if not isinstance(error, google.auth.exceptions.RefreshError | google.auth.exceptions.OAuthError):
        return ""
    for argument in error.args:
        body: Mapping[str, Any] = argument if isinstance(argument, Mapping) else _json(argument)
        told = body.get("error")
        if isinstance(told, Mapping):  # the shape of an API that is asked for a token, as iamcredentials is
            name, text = str(told.get("status", "")).lower(), str(told.get("message", ""))
        else:
            name, text = str(told), str(body.get("error_description", ""))
        if name in REFUSALS:
            return f"{name}: {text}".rstrip(": ")
    return ""


def _json(text: object) -> Mapping[str, Any]:
    if not isinstance(text, str) or "{" not in text:
        return {}
    try:
        body = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _key(login: Login) -> Any:  # noqa: ANN401 - google-auth is not typed
    file = "" if "info" in login.material else _reveal(login, "file")
    where = f"login {login.name}: the key {f'file {file}' if file else 'in `info`'}"
    try:
        info = json.loads(Path(file).read_text(encoding="utf-8") if file else _reveal(login, "info"))
        return service_account.Credentials.from_service_account_info(dict(info), scopes=SCOPES)
    except OSError as error:
        raise CredentialsRefused(f"{where} cannot be read: {error.strerror}", hint="Name a key file of a service account that this user may read.") from error
    except (*_MALFORMED, google.auth.exceptions.GoogleAuthError) as error:
        hint = "Make a new key file; its content is not printed on purpose."
        raise CredentialsRefused(f"{where} is malformed ({type(error).__name__})", hint=hint) from None  # what it stands on may quote the file


def _no_default() -> CredentialsRefused:
    file = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    if file:
        why = "is no credential that google-auth understands" if Path(file).is_file() else "is not there"
        return CredentialsRefused(f"GOOGLE_APPLICATION_CREDENTIALS: {file} {why}", hint="Make a new key file; its content is not printed on purpose.")
    return CredentialsRefused(
        "no Google Cloud credential was found", hint="Set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`."
    )


def _workload(login: Login) -> Any:  # noqa: ANN401 - google-auth is not typed
    token, audience = _reveal(login, "subject_token"), _reveal(login, "audience")

    class Supplier(identity_pool.SubjectTokenSupplier):  # type: ignore[misc]
        def get_subject_token(self, context: object, request: object) -> str:
            return token

    root = base()
    account = login.material.get("service_account")
    impersonate = f"{root or 'https://iamcredentials.googleapis.com'}/v1/projects/-/serviceAccounts/{account}:generateAccessToken" if account else None
    return identity_pool.Credentials(
        audience=audience,
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


def _transport(timeout_s: float) -> Any:  # noqa: ANN401 - google-auth is not typed
    return partial(google.auth.transport.requests.Request(_requests()), timeout=timeout_s)  # its own is two minutes


def _requests() -> requests.Session:
    session = requests.Session()
    if base() is not None:
        session.trust_env = False  # a CA variable meant for the real endpoints would break a lab's
    return session
