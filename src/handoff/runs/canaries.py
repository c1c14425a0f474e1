"""Canaries: credentials of the provider's, given up with its consent, that worked before the cut and have to be refused after.

The file is one of logins (see `handoff.logins`) with a second list beside them: for each login, which path it goes through
and which call it was seen to make. It holds live credentials until the cut, so its mode is 0600.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from handoff import canonical, logins
from handoff.engine import own
from handoff.engine.plan import Found
from handoff.errors import CloudError, CredentialsRefused, UsageError
from handoff.model import AccessPath, Attempt, Clue, Json, Login, Outcome, Party, Scope, ScopeType
from handoff.powers import Minting
from handoff.runs.discovering import kinds_of
from handoff.runs.estate import Estate

_CHAIN = 3
"""How many roles a session is followed into: a chained session lasts an hour, whatever its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One login, the path it uses, and the call that worked."""

    login: Login
    path: str
    """Key of the access path; empty when it goes through several."""
    scope: Scope
    op: str
    params: Json
    worked_at: datetime


@runtime_checkable
class MintingCloud(Protocol):
    """A cloud that can issue a session or token from a login."""

    def mint(self, scope: Scope, login: Login, how: Mapping[str, str], /) -> Login:
        """The session, as a login."""
        ...


@runtime_checkable
class TryingCloud(Protocol):
    """A cloud that knows harmless calls to try a login with, the most telling first."""

    def tries(self, scope: Scope, login: Login, /) -> tuple[tuple[str, Json], ...]:
        """Operation and parameters."""
        ...


def prepare(work: Estate, found: Iterable[Found], given: Iterable[Login]) -> Iterator[Canary | str]:
    """Try every given login of the provider's, mint what can be minted from it, and yield a canary for each that works; text for each that does not."""
    kinds = kinds_of(work)
    theirs: list[AccessPath] = []
    onward: list[tuple[AccessPath, Mapping[str, str]]] = []
    for one in found:
        kind = kinds.get(one.path.kind)
        theirs += [one.path] if one.attribution.party is Party.PROVIDER else []
        # A session may go on into roles that trust the client's own role: those trusts are not the provider's, what comes through them is.
        onward += [(one.path, how) for how in kind.mints(one.path) if how.get("role_arn")] if isinstance(kind, Minting) else []
    for login in given:
        if login.party is not Party.PROVIDER:
            yield f"{login.name}: not the provider's ({login.party.value}); left alone"
        elif login.cloud not in work.clouds:
            yield f"{login.name}: the estate is not on {login.cloud}"
        else:
            yield from _prepare_one(work, theirs, onward, login)


def _prepare_one(work: Estate, paths: list[AccessPath], onward: list[tuple[AccessPath, Mapping[str, str]]], login: Login) -> Iterator[Canary | str]:
    path = _path_of(paths, login)
    yield _proven(work, login, path.key if path else "", _scopes(work, path, login))
    for minted, through in _minted(work, paths, login):
        if isinstance(minted, str):
            yield minted
            continue
        yield _proven(work, minted, through.key, _scopes(work, through, minted))
        for further in _chained(work, onward, minted):
            yield _proven(work, further, through.key, _scopes(work, through, further))


def _scopes(work: Estate, path: AccessPath | None, login: Login) -> list[Scope]:
    """Where to try a login: the path's own scope first; what it signs in to may be used in another."""
    first = [path.scope] if path else []
    return first + [scope for scope in work.scopes if scope.cloud == login.cloud and scope not in first]


def _minted(work: Estate, paths: list[AccessPath], login: Login) -> Iterator[tuple[Login | str, AccessPath]]:
    kinds, cloud = kinds_of(work), work.clouds[login.cloud]
    for path in paths:
        kind = kinds[path.kind]
        if path.scope.cloud != login.cloud or not isinstance(kind, Minting) or not isinstance(cloud, MintingCloud):
            continue
        for how in kind.mints(path) if _gives(path, login) else ():
            try:
                yield cloud.mint(path.scope, login, how), path
            except (CredentialsRefused, CloudError, UsageError) as error:
                yield f"{login.name}: no session through {path.id}: {error.message}", path


def _chained(work: Estate, onward: list[tuple[AccessPath, Mapping[str, str]]], session: Login) -> Iterator[Login]:
    """Sessions that a session begins in turn: of each role of the estate that trusts the role it is of, a few steps far."""
    cloud = work.clouds[session.cloud]
    if session.cloud != "aws" or not isinstance(cloud, MintingCloud):
        return
    waiting, been = [session], {own.normal(session.principal)}
    for _ in range(_CHAIN):
        further: list[Login] = []
        for (path, how), holder in ((one, holder) for one in onward for holder in waiting):
            if own.normal(holder.principal) != own.normal(path.holder) or own.normal(how["role_arn"]) in been:
                continue
            try:
                further.append(cloud.mint(path.scope, holder, how))
            except (CredentialsRefused, CloudError, UsageError):
                continue  # a trust that a session of the provider's cannot use opens nothing
            been.add(own.normal(further[-1].principal))
            yield further[-1]
        waiting = further


def _proven(work: Estate, login: Login, path: str, scopes: Iterable[Scope]) -> Canary | str:
    cloud = work.clouds[login.cloud]
    answers: list[str] = []
    for scope in scopes:
        for op, params in cloud.tries(scope, login) if isinstance(cloud, TryingCloud) else ():
            tried = cloud.attempt(scope, login, op, params)
            if tried.outcome is Outcome.WORKED:
                return Canary(login=login, path=path, scope=scope, op=op, params=params, worked_at=tried.at)
            answers.append(f"{op}: {tried.code}")
    return f"{login.name}: worked for nothing that was tried ({'; '.join(answers) or 'nothing to try'})"


def _path_of(paths: Iterable[AccessPath], login: Login) -> AccessPath | None:
    """The path that this login is the credential of: named by the credential's id first, else by the only path whose principal it is."""
    paths = [path for path in paths if path.scope.cloud == login.cloud]
    ids = (str(login.material.get(name, "")) for name in ("key_id", "access_key_id", "client_id", "account"))
    for chosen in (*([path for path in paths if one in path.id] for one in ids if one), [path for path in paths if _is_principal(path, login)]):
        if len(chosen) == 1:
            return chosen[0]
    return None


def _is_principal(path: AccessPath, login: Login) -> bool:
    naming = {Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER}
    return login.principal.lower() in {path.holder.lower(), *(value.lower() for clue, value in path.clues if clue in naming)}


def _gives(path: AccessPath, login: Login) -> bool:
    """May a session through this path come from this login? AWS says so itself when it is asked; elsewhere a token says nothing of the path that its bearer uses."""
    if path.scope.cloud == "aws" or _is_principal(path, login):
        return True
    credential, tenant = str(login.material.get("key_id", "")), str(login.material.get("tenant", ""))
    return bool((credential and credential in path.id) or (tenant and (Clue.ENTRA_TENANT, tenant) in path.clues and path.scope.id != tenant))


def save(canaries: Iterable[Canary], path: Path) -> None:
    """Write the file, mode 0600, replacing an older one whole."""
    held = tuple(canaries)
    extra = [
        {
            "login": number,
            "path": one.path,
            "scope": canonical.plain(one.scope),
            "op": one.op,
            "params": canonical.plain(one.params),
            "worked_at": canonical.rfc3339(one.worked_at),
        }
        for number, one in enumerate(held)
    ]
    logins.dump((one.login for one in held), path, beside={"canaries": extra})


def load(path: Path) -> tuple[Canary, ...]:
    """The canaries of a file. Raises UsageError."""
    held = logins.load(path)
    try:
        extra = json.loads(path.read_text(encoding="utf-8"))["canaries"]
        return tuple(_canary(held, one) for one in extra)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(f"{path} is not a file of canaries: {error!r}", hint="`handoff canary SPEC --logins FILE --out FILE` makes one.") from error


def _canary(held: tuple[Login, ...], raw: Mapping[str, Any]) -> Canary:
    scope = cast("dict[str, str]", raw["scope"])
    return Canary(
        login=held[raw["login"]],
        path=raw["path"],
        scope=Scope(type=ScopeType(scope["type"]), id=scope["id"], region=scope["region"]),
        op=raw["op"],
        params=raw["params"],
        worked_at=canonical.parse_time(raw["worked_at"]),
    )


def retry(work: Estate, canary: Canary, controls: Iterable[Login]) -> tuple[Attempt, Attempt | None]:
    """The canary's own try, and straight after it the client's credential on the same call: the first control that works, else the last that did not."""
    cloud = work.clouds[canary.scope.cloud]
    tried = cloud.attempt(canary.scope, canary.login, canary.op, canary.params)
    control: Attempt | None = None
    for login in controls:
        control = cloud.attempt(canary.scope, login, canary.op, canary.params)
        if control.outcome is Outcome.WORKED:
            break
    return tried, control
