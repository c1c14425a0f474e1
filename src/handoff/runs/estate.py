"""What a run works on: the spec, its scopes, the connections to them, and who is calling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from handoff import canonical, logins, registry
from handoff import lags as lags_
from handoff.engine import plan as planning
from handoff.engine.lockout import Administrator
from handoff.engine.sweep import WORKERS
from handoff.errors import CloudError, CredentialsRefused, UsageError
from handoff.model import Cloud, Login, Scope, Writer

if TYPE_CHECKING:
    from handoff.lags import Lags
    from handoff.spec import Engagement, Loaded
    from handoff.spec.model import Principal


def utc_now() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """The estate of one engagement, or of some of its clouds."""

    loaded: Loaded
    clouds: Mapping[str, Cloud]
    scopes: tuple[Scope, ...]
    lags: Lags
    endpoints: tuple[str, ...]

    @property
    def spec(self) -> Engagement:
        """The engagement."""
        return self.loaded.engagement

    def spec_digest(self) -> str:
        """`sha256:...` of the spec file's bytes as they are now: a plan is bound to it."""
        return f"sha256:{canonical.sha256(self.loaded.path.read_bytes())}"

    def open(self, scope: Scope, login: Login | None = None) -> Writer:
        """A fresh connection."""
        return self.clouds[scope.cloud].open(scope, login)


@dataclass(slots=True)
class Connections:
    """One connection per scope for the length of one phase of a run; never kept longer, so that proof reads afresh."""

    estate: Estate
    _open: dict[Scope, Writer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, scope: Scope) -> Writer:
        """The connection to a scope, opened on first use."""
        with self._lock:
            if scope not in self._open:
                self._open[scope] = self.estate.open(scope)
            return self._open[scope]


def estate(loaded: Loaded, *, only: Iterable[str] = ()) -> Estate:
    """The estate of a spec. Imports the SDK of the clouds that it names, and of no other. Raises UsageError, SafetyLimit."""
    wanted = tuple(only) or loaded.engagement.clouds
    absent = [name for name in wanted if name not in loaded.engagement.clouds]
    if absent:
        raise UsageError(f"{loaded.path} has no environment on {', '.join(absent)}", hint=f"It has {', '.join(loaded.engagement.clouds)}.")
    clouds = {name: registry.cloud(name) for name in wanted}
    scopes: dict[Scope, None] = {}
    for environment in loaded.engagement.environments:
        for name, block in (("aws", environment.aws), ("azure", environment.azure), ("gcp", environment.gcp)):
            if block is not None and name in clouds:
                scopes |= dict.fromkeys(clouds[name].scopes(block.model_dump(mode="json")))
    endpoints = tuple(sorted({url for one in clouds.values() for url in one.endpoints()}))
    return Estate(loaded=loaded, clouds=clouds, scopes=tuple(scopes), lags=lags_.in_force(endpoints), endpoints=endpoints)


def operator(work: Estate) -> Mapping[str, str]:
    """The run's own principal on each cloud, by a live sign-in. Raises CredentialsRefused."""
    first: dict[str, Scope] = {}
    for scope in planning.admin_scopes(work.scopes):
        first.setdefault(scope.cloud, scope)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(first, pool.map(lambda name: work.clouds[name].whoami(first[name]), first), strict=True))


def administrators(work: Estate, own: Mapping[str, str]) -> tuple[Administrator, ...]:
    """The client's administrators and break-glass of the spec, each tried by a live sign-in on every scope of its cloud."""
    known = {(login.cloud, login.principal.lower()): login for login in logins.from_environment()}
    client = work.spec.parties.client
    found: list[tuple[Principal, bool]] = []
    tries: list[tuple[int, Scope, Login | None, bool]] = []
    for block, break_glass in ((client.administrators, False), (client.break_glass, True)):
        for one in block:
            if one.cloud not in work.clouds:
                continue
            login = known.get((one.cloud, one.principal.lower()))
            itself = own.get(one.cloud, "").lower() == one.principal.lower()
            for scope in planning.admin_scopes(work.scopes):
                if scope.cloud == one.cloud:
                    tries.append((len(found), scope, login, itself))
            found.append((one, break_glass))
    # Side by side: each is a sign-in of its own, and nearly all of its time is waiting.
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        answers = list(pool.map(lambda one: _sign_in(work, one[1], found[one[0]][0].principal, one[2], itself=one[3]), tries))
    signed_in: list[dict[str, str]] = [{} for _ in found]
    for (number, scope, _, _), answer in zip(tries, answers, strict=True):
        signed_in[number][str(scope)] = answer
    return tuple(
        Administrator(cloud=one.cloud, principal=one.principal, break_glass=break_glass, signed_in=where)
        for (one, break_glass), where in zip(found, signed_in, strict=True)
    )


def _sign_in(work: Estate, scope: Scope, principal: str, login: Login | None, *, itself: bool) -> str:
    if login is None and not itself:
        return f"no login was given ({logins.VARIABLE})"
    try:
        seen = work.clouds[scope.cloud].whoami(scope, login)
    except (CredentialsRefused, CloudError) as error:
        return error.message
    return "ok" if seen.lower() == principal.lower() else f"signed in as {seen} instead"
