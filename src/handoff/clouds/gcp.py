"""Google Cloud through google-auth and the bundled discovery documents: sign-in, paging, errors and retries, in one place.

Operations are Google's own discovery ids (`iam.projects.serviceAccounts.list`). Credentials are the application default ones;
`HANDOFF_GCP_URL` puts one base before every API, for a lab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import httpx

from handoff.clouds import _gcp_http, _gcp_login
from handoff.clouds._gcp_login import Session
from handoff.clouds._gcp_methods import method
from handoff.clouds._gcp_objects import GcpObjects
from handoff.errors import CloudError, HandoffError, SpecError, Unsupported, UsageError
from handoff.model import Attempt, Json, Login, Outcome, Receipt, Scope, ScopeType, Secret

if TYPE_CHECKING:
    from handoff.exports._contract import ObjectCloud, ObjectReader

MOST_PAGES = 100_000
"""A listing that goes on longer is going round in circles."""


class GcpConnection:
    """One credential on one project."""

    def __init__(self, scope: Scope, session: Session, *, timeout_s: float = _gcp_login.TIMEOUT_S) -> None:
        self._scope = scope
        self._session = session
        self._http = _gcp_http.client(timeout_s)

    @property
    def scope(self) -> Scope:
        """The scope this connection was opened for."""
        return self._scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item of every page. A page that names places which could not be asked is an error, not a shorter list."""
        spelt = method(op)
        if len(spelt.items) != 1:
            raise Unsupported(f"{op} is not a listing: its answer has {len(spelt.items)} lists")
        field, seen = spelt.items[0], set[str]()
        for _ in range(MOST_PAGES):
            page = self._call(op, params)
            if page is None:
                raise CloudError(f"{op}: not found: what was to be listed is not there")
            _whole(op, page)
            found = page.get(field) or []
            if not isinstance(found, list):
                raise CloudError(f"{op}: the answer's {field} is not a list")
            for item in found:
                yield cast("Json", item) if isinstance(item, dict) else {field: item}
            token = str(page.get("nextPageToken") or "")
            if not token:
                return
            if token in seen:
                raise CloudError(f"{op}: the same page was offered twice")
            seen.add(token)
            params = {**params, "pageToken": token}
        raise CloudError(f"{op}: the listing does not end")

    def get(self, op: str, /, **params: object) -> Json | None:
        """One object, or None when Google says NOT_FOUND."""
        return self._call(op, params)

    def write(self, op: str, /, **params: object) -> Receipt:
        """One change; `missing_ok=True` takes not-found as done already."""
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """One change and its answer. The answer may hold a secret (a created key): the caller keeps it to itself."""
        missing_ok = bool(params.pop("missing_ok", False))
        answer = self._send(op, params)
        if answer.status == 404:
            if not missing_ok:
                raise CloudError(f"{op}: not found: {answer.message}")
            return Receipt(op=op, request_id=answer.request_id, applied=False), {}
        return Receipt(op=op, request_id=answer.request_id, applied=True), answer.body

    def _call(self, op: str, params: Mapping[str, object]) -> Json | None:
        answer = self._send(op, params)
        if answer.status == 404:
            return None
        known = method(op).fields
        if not answer.readable or (answer.body and known and known.isdisjoint(answer.body)):
            raise CloudError(
                f"{op}: HTTP {answer.status}, but the body is not an answer to this call", hint=f"Is {_gcp_login.BASE} right, or is a proxy on the way?"
            )
        return answer.body

    def _send(self, op: str, params: Mapping[str, object]) -> _gcp_http.Answer:
        return _gcp_http.send(self._http, op, method(op).call(params, base=_gcp_login.base()), self._session.token())


def _whole(op: str, page: Json) -> None:
    """Raise when the answer itself says that some places could not be asked."""
    for name, value in page.items():
        if "unreachable" in name.lower() and value:
            raise CloudError(f"{op}: these places could not be asked: {', '.join(str(one) for one in cast('list[object]', value))}")


class Gcp:
    """Google Cloud."""

    name = "gcp"

    def __init__(self, *, timeout_s: float = _gcp_login.TIMEOUT_S) -> None:
        self._timeout_s = timeout_s

    def scopes(self, environment: Json, /) -> tuple[Scope, ...]:
        """The project: `{"project": "acme-prod", ...}`."""
        project = environment.get("project")
        if not isinstance(project, str) or not project:
            raise SpecError(f"environments.gcp.project: {project!r} is not a project id")
        return (Scope(type=ScopeType.GCP_PROJECT, id=project),)

    def open(self, scope: Scope, login: Login | None = None, /) -> GcpConnection:
        """A fresh connection to a project."""
        return GcpConnection(scope, self._session(login), timeout_s=self._timeout_s)

    def whoami(self, scope: Scope, login: Login | None = None, /) -> str:
        """The IAM member that signs in, after the project itself has answered it."""
        session = self._session(login)
        found = GcpConnection(scope, session, timeout_s=self._timeout_s).get("cloudresourcemanager.projects.get", name=f"projects/{scope.id}")
        if found is None:
            raise CloudError(f"project {scope.id} is not there")
        return session.principal()

    def attempt(self, scope: Scope, login: Login, op: str, params: Json, /) -> Attempt:
        """One sign-in and one call, nothing repeated."""
        session, at_op = self._session(login), "token"
        try:
            token = session.token()
            at_op = op
            with _gcp_http.client(self._timeout_s) as http:
                answer = _gcp_http.once(http, method(op).call(params, base=_gcp_login.base()), token)
        except _gcp_login.Refused as error:  # and no other CredentialsRefused: a key file that we cannot read is nobody's refusal
            return _attempt(Outcome.REFUSED, at_op, error.code)
        except (HandoffError, httpx.HTTPError) as error:
            return _attempt(Outcome.UNKNOWN, at_op, _gcp_login.code_of(error))
        if answer.status < 300:
            worked = answer.readable or answer.status == 204 or params.get("alt") == "media"
            return _attempt(Outcome.WORKED, op, "ok") if worked else _attempt(Outcome.UNKNOWN, op, "unreadable")
        return _attempt(Outcome.REFUSED if answer.refuses_the_credential else Outcome.UNKNOWN, op, answer.error or f"http-{answer.status}")

    def tries(self, scope: Scope, login: Login, /) -> tuple[tuple[str, Json], ...]:
        """Harmless calls to try a login with, the most telling first."""
        project = f"projects/{scope.id}"
        return (
            ("storage.buckets.list", {"project": scope.id}),
            ("cloudresourcemanager.projects.get", {"name": project}),
            ("iam.projects.serviceAccounts.list", {"name": project}),
            ("cloudresourcemanager.projects.getIamPolicy", {"resource": project, "body": {}}),
        )

    def mint(self, scope: Scope, login: Login, how: Mapping[str, str], /) -> Login:
        """A token issued now, as a login of form `gcp-bearer`: a canary for the proof that tokens die too."""
        if how.get("op") != "token":
            raise UsageError(f"Google Cloud mints nothing by {how.get('op')!r}", hint="token")
        session = self._session(login)
        return Login(
            name=f"{login.name}-token",
            cloud="gcp",
            party=login.party,
            principal=session.principal(),
            form="gcp-bearer",
            material={"token": Secret(session.token())},
        )

    def objects(self, scope: Scope, login: Login | None = None, /) -> ObjectReader:
        """A fresh connection for reading the objects of the project's buckets."""
        session = self._session(login)
        return GcpObjects(GcpConnection(scope, session, timeout_s=self._timeout_s), session, timeout_s=self._timeout_s)

    def _session(self, login: Login | None) -> Session:
        return Session(login, timeout_s=self._timeout_s)

    def endpoints(self) -> tuple[str, ...]:
        """The base in force, or Google's own."""
        return (_gcp_login.base() or "https://www.googleapis.com",)


def _attempt(outcome: Outcome, op: str, code: str) -> Attempt:
    return Attempt(outcome=outcome, op=op, code=code, at=datetime.now(UTC))


CLOUD: ObjectCloud = Gcp()

__all__ = ["CLOUD", "Gcp", "GcpConnection"]
