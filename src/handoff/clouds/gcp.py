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
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, SpecError, Unsupported, UsageError
from handoff.model import Attempt, Json, Login, Outcome, Receipt, Scope, ScopeType, Secret

if TYPE_CHECKING:
    from handoff.exports._contract import ObjectCloud, ObjectReader

MOST_PAGES = 100_000
"""A listing that goes on longer is going round in circles."""


class GcpConnection:
    """One credential on one project."""

    def __init__(self, scope: Scope, session: Session) -> None:
        self._scope = scope
        self._session = session
        self._http = _gcp_http.client()

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
            if page.get("unreachable"):
                raise CloudError(f"{op}: these places could not be asked: {', '.join(str(one) for one in cast('list[object]', page['unreachable']))}")
            for item in cast("list[object]", page.get(field) or ()):
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
        answer = _gcp_http.send(self._http, op, method(op).call(params, base=_gcp_login.base()), self._session.token())
        if answer.status == 404:
            if not missing_ok:
                raise CloudError(f"{op}: not found: {answer.message}")
            return Receipt(op=op, request_id=answer.request_id, applied=False), {}
        return Receipt(op=op, request_id=answer.request_id, applied=True), answer.body

    def _call(self, op: str, params: Mapping[str, object]) -> Json | None:
        answer = _gcp_http.send(self._http, op, method(op).call(params, base=_gcp_login.base()), self._session.token())
        if answer.status == 404:
            if answer.error in {"NOT_FOUND", "notFound"}:
                return None
            raise CloudError(f"{op}: HTTP 404 that is not Google's own not-found; is {_gcp_login.BASE} right?")
        return answer.body


class Gcp:
    """Google Cloud."""

    name = "gcp"

    def scopes(self, environment: Json, /) -> tuple[Scope, ...]:
        """The project: `{"project": "acme-prod", ...}`."""
        project = environment.get("project")
        if not isinstance(project, str) or not project:
            raise SpecError(f"environments.gcp.project: {project!r} is not a project id")
        return (Scope(type=ScopeType.GCP_PROJECT, id=project),)

    def open(self, scope: Scope, login: Login | None = None, /) -> GcpConnection:
        """A fresh connection to a project."""
        return GcpConnection(scope, Session(login))

    def whoami(self, scope: Scope, login: Login | None = None, /) -> str:
        """The IAM member that signs in, after the project itself has answered it."""
        session = Session(login)
        found = GcpConnection(scope, session).get("cloudresourcemanager.projects.get", name=f"projects/{scope.id}")
        if found is None:
            raise CloudError(f"project {scope.id} is not there")
        return session.principal()

    def attempt(self, scope: Scope, login: Login, op: str, params: Json, /) -> Attempt:
        """One sign-in and one call, nothing repeated."""
        session, at_op = Session(login), "token"
        try:
            token = session.token()
            at_op = op
            with _gcp_http.client() as http:
                answer = _gcp_http.once(http, method(op).call(params, base=_gcp_login.base()), token)
        except CredentialsRefused as error:
            return _attempt(Outcome.REFUSED, at_op, error.message.rpartition("credential: ")[2])
        except (HandoffError, httpx.HTTPError) as error:
            return _attempt(Outcome.UNKNOWN, at_op, type(error).__name__)
        if answer.status < 300:
            return _attempt(Outcome.WORKED, op, "ok")
        denied = answer.status in {401, 403} and bool(answer.error) and isinstance(_gcp_http.refusal(op, answer), CredentialsRefused | AccessDenied)
        return _attempt(Outcome.REFUSED if denied else Outcome.UNKNOWN, op, answer.error or f"http-{answer.status}")

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
        session = Session(login)
        return Login(name=f"{login.name}-token", cloud="gcp", party=login.party, principal=session.principal(), form="gcp-bearer", material={"token": Secret(session.token())})

    def objects(self, scope: Scope, login: Login | None = None, /) -> ObjectReader:
        """A fresh connection for reading the objects of the project's buckets."""
        session = Session(login)
        return GcpObjects(GcpConnection(scope, session), session)

    def endpoints(self) -> tuple[str, ...]:
        """The base in force, or Google's own."""
        return (_gcp_login.base() or "https://www.googleapis.com",)


def _attempt(outcome: Outcome, op: str, code: str) -> Attempt:
    return Attempt(outcome=outcome, op=op, code=code, at=datetime.now(UTC))


CLOUD: ObjectCloud = Gcp()

__all__ = ["CLOUD", "Gcp", "GcpConnection"]
