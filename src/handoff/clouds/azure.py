"""Azure through azure-identity and one REST pipeline for ARM, Microsoft Graph, Key Vault and Blob Storage.

Credentials come from azure-identity's standard environment (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`,
`AZURE_AUTHORITY_HOST`); `HANDOFF_AZURE_*_URL` and `HANDOFF_CA_FILE` point to a lab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import httpx

from handoff.clouds import _azure_http
from handoff.clouds._azure_http import Patience
from handoff.clouds._azure_login import Session
from handoff.clouds._azure_objects import AzureObjects
from handoff.clouds._azure_ops import PLANES, Call, base_url, spell
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, SpecError, Unsupported, UsageError
from handoff.model import Attempt, Json, Login, Outcome, Receipt, Scope, ScopeType, Secret

if TYPE_CHECKING:
    from handoff.exports._contract import ObjectCloud, ObjectReader

_OTHER_TENANT = "Set AZURE_TENANT_ID to the client's tenant."
MOST_PAGES = 100_000
"""A listing that goes on longer is going round in circles."""


class AzureConnection:
    """One credential on one tenant or subscription."""

    def __init__(self, scope: Scope, session: Session, patience: Patience) -> None:
        self._scope = scope
        self._session = session
        self._patience = patience
        self._http = _azure_http.client(patience)
        self._directory_is_right = False

    @property
    def scope(self) -> Scope:
        """The scope this connection was opened for."""
        return self._scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item of every page, `nextLink` and `@odata.nextLink` followed."""
        call: Call | None = spell(op, self._scope, params)
        seen: set[str] = set()
        while call is not None:
            answer = self._send(op, call)
            if answer.status == 404:
                raise CloudError(f"{op}: not found: what was to be listed is not there")
            items = answer.body.get("value", answer.body.get("keys"))
            if not isinstance(items, list):
                raise Unsupported(f"{op} is not a listing: its answer has no value")
            yield from cast("list[Json]", items)
            link = str(answer.body.get("nextLink") or answer.body.get("@odata.nextLink") or "")
            if link in seen or len(seen) > MOST_PAGES:
                raise CloudError(f"{op}: the listing goes round in circles")
            seen.add(link)
            call = (
                Call(plane=call.plane, method=call.method, url=_azure_http.same_origin(op, call, link, "the next page"), query={}, body=None) if link else None
            )

    def get(self, op: str, /, **params: object) -> Json | None:
        """One object, or None when Azure says in its own words that it is not there."""
        answer = self._send(op, spell(op, self._scope, params))
        if answer.status != 404 and not answer.body:
            raise CloudError(f"{op}: HTTP {answer.status}, but without an object")
        return None if answer.status == 404 else answer.body

    def write(self, op: str, /, **params: object) -> Receipt:
        """One change; `missing_ok=True` takes not-found as done already."""
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """One change and its answer. The answer may hold a secret (a new key): the caller keeps it to itself."""
        missing_ok = bool(params.pop("missing_ok", False))
        call = spell(op, self._scope, params)
        answer = self._send(op, call, repeat=call.method != "POST")
        if answer.status == 404:
            if not missing_ok:
                raise CloudError(f"{op}: not found: {answer.message}")
            return Receipt(op=op, request_id=answer.request_id, applied=False), {}
        # ARM answers a delete of what is not there with 204. source: https://learn.microsoft.com/rest/api/azure/ (read 2026-11-22)
        applied = not (call.plane.name == "arm" and call.method == "DELETE" and answer.status == 204)
        return Receipt(op=op, request_id=answer.request_id, applied=applied), answer.body

    def _send(self, op: str, call: Call, *, repeat: bool = True) -> _azure_http.Answer:
        if call.plane.name == "graph" and not self._directory_is_right:
            self._check_directory()
        return _azure_http.send(self._http, op, call, self._session, self._patience, repeat=repeat)

    def _check_directory(self) -> None:
        """Graph answers for the credential's own tenant, whichever was asked for: a provider's operator that Lighthouse lets in would find every principal of the client's missing."""
        if self._scope.type is ScopeType.AZURE_SUBSCRIPTION:
            found = self.get("GET {scope}")
            wanted = str((found or {}).get("tenantId", ""))
        else:
            wanted = self._scope.id
        held = str(self._session.claims(PLANES["graph"]).get("tid", ""))
        if not wanted or held.lower() != wanted.lower():
            raise CredentialsRefused(
                f"these credentials are of tenant {held}, but the directory of {self._scope} is {wanted or 'not known'}", hint=_OTHER_TENANT
            )
        self._directory_is_right = True


class Azure:
    """Microsoft Azure with its Entra tenant."""

    name = "azure"

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()

    def scopes(self, environment: Json, /) -> tuple[Scope, ...]:
        """The tenant and the subscription."""
        tenant, subscription = environment.get("tenant"), environment.get("subscription")
        if not isinstance(tenant, str) or not isinstance(subscription, str):
            raise SpecError("environments.azure: tenant and subscription are needed")
        return (Scope(type=ScopeType.AZURE_TENANT, id=tenant), Scope(type=ScopeType.AZURE_SUBSCRIPTION, id=subscription))

    def open(self, scope: Scope, login: Login | None = None, /) -> AzureConnection:
        """A fresh connection."""
        return AzureConnection(scope, self._session(login), self._patience)

    def whoami(self, scope: Scope, login: Login | None = None, /) -> str:
        """Object id of the caller, after the subscription itself has answered it, or Entra has signed it in to the tenant."""
        session = self._session(login)
        connection, plane = AzureConnection(scope, session, self._patience), PLANES["arm"]
        if scope.type is ScopeType.AZURE_SUBSCRIPTION:
            found = connection.get("GET {scope}")
            if found is None:
                raise CloudError(f"subscription {scope.id} is not there")
        claims = session.claims(plane)
        if scope.type is ScopeType.AZURE_TENANT and str(claims.get("tid", "")).lower() != scope.id.lower():
            raise CredentialsRefused(f"these credentials are of tenant {claims.get('tid')}, but {scope} was asked for", hint=_OTHER_TENANT)
        return str(claims.get("oid", ""))

    def attempt(self, scope: Scope, login: Login, op: str, params: Json, /) -> Attempt:
        """One sign-in and one call, nothing repeated. REFUSED only by a code of Entra's or of the API's that is about the credential."""
        session, at_op = self._session(login, once=True), "token"
        try:
            call = spell(op, scope, params)
            if login.form != "azure-shared-key" and (elsewhere := _elsewhere(scope, call, session)):
                return _attempt(Outcome.UNKNOWN, at_op, elsewhere)
            at_op = op
            with _azure_http.client(self._patience) as http:
                answer = _azure_http.once(http, call, session)
        except CredentialsRefused as error:
            code = error.message.rpartition(": ")[2]
            return _attempt(Outcome.REFUSED, at_op, code) if code.startswith("AADSTS") else _attempt(Outcome.UNKNOWN, at_op, "no-credential")
        except (HandoffError, httpx.HTTPError, httpx.InvalidURL) as error:
            return _attempt(Outcome.UNKNOWN, at_op, type(error).__name__)
        return _attempt(_meaning(op, call, answer), op, "ok" if answer.status < 300 else answer.code or f"http-{answer.status}")

    def tries(self, scope: Scope, login: Login, /) -> tuple[tuple[str, Json], ...]:
        """Harmless calls to try a login with, the most telling first."""
        if login.form == "azure-shared-key":
            return (("GET blob:/{account}/", {"account": login.material["account"], "query": {"comp": "list"}}),)
        if scope.type is ScopeType.AZURE_TENANT:
            return (("GET graph:/v1.0/applications", {}),)
        return (("GET {scope}/resourceGroups", {}), ("GET {scope}", {}))

    def mint(self, scope: Scope, login: Login, how: Mapping[str, str], /) -> Login:
        """A token issued now, as a login of form `azure-bearer`: a canary for the proof that tokens die too."""
        if how.get("op") != "token":
            raise UsageError(f"Azure mints nothing by {how.get('op')!r}", hint="token")
        token = self._session(login).token(PLANES["graph" if scope.type is ScopeType.AZURE_TENANT else "arm"])
        return Login(
            name=f"{login.name}-token", cloud="azure", party=login.party, principal=login.principal, form="azure-bearer", material={"token": Secret(token)}
        )

    def objects(self, scope: Scope, login: Login | None = None, /) -> ObjectReader:
        """A fresh connection for reading the blobs of the subscription's storage accounts."""
        session = self._session(login)
        return AzureObjects(AzureConnection(scope, session, self._patience), session, self._patience)

    def endpoints(self) -> tuple[str, ...]:
        """The bases in force."""
        return tuple(sorted({base_url(plane) for plane in PLANES.values()}))

    def _session(self, login: Login | None, *, once: bool = False) -> Session:
        return Session(login, timeout_s=self._patience.timeout_s, once=once)


def _meaning(op: str, call: Call, answer: _azure_http.Answer) -> Outcome:
    """What an answer says of the credential; somebody else's page says nothing."""
    if answer.status < 300:
        is_azures = bool(answer.request_id) and (call.plane.name == "blob" or answer.is_object)
        return Outcome.WORKED if is_azures else Outcome.UNKNOWN
    is_told = answer.status in {401, 403} and bool(answer.code) and answer.code not in _azure_http.NO_WORD_ON_CREDENTIAL
    return Outcome.REFUSED if is_told and isinstance(_azure_http.refusal(op, answer), CredentialsRefused | AccessDenied) else Outcome.UNKNOWN


def _elsewhere(scope: Scope, call: Call, session: Session) -> str:
    """Why a try would say nothing of this scope: a token that is for another API is refused there, and Graph answers for the token's own tenant."""
    claims = session.claims(call.plane)
    if session.login is not None and session.login.form == "azure-bearer":
        wanted = call.plane.audience.removesuffix(".default").rstrip("/")
        if str(claims.get("aud", "")).rstrip("/") not in {wanted, *call.plane.aliases}:
            return "token-for-another-api"
    if call.plane.name == "graph" and scope.type is ScopeType.AZURE_TENANT and str(claims.get("tid", "")).lower() != scope.id.lower():
        return "token-of-another-tenant"
    return ""


def _attempt(outcome: Outcome, op: str, code: str) -> Attempt:
    return Attempt(outcome=outcome, op=op, code=code, at=datetime.now(UTC))


CLOUD: ObjectCloud = Azure()
