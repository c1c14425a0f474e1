"""One request against every policy that has a say in it, in AWS's order.

An explicit Deny anywhere decides. Else organization policies, boundary and session policies must allow as well, and then either the identity's
policies or the resource's within one account, and both across accounts. KMS keys and role trusts are the exception: without a word of the key's
or role's own policy nobody is let in, not even by the account's administrators.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (read 2026-11-22)
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html (read 2026-11-22)
source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html (read 2026-11-22)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from handoff.iam import match
from handoff.iam._operators import Truth
from handoff.iam.conditions import Context, all_hold
from handoff.iam.document import Document, Effect, Statement
from handoff.iam.match import Caller, Naming
from handoff.iam.variables import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Documents = tuple[Document, ...]


class Answer(StrEnum):
    """What AWS says to a request."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of one caller on one resource."""

    caller: Caller
    action: str
    resource: str = "*"
    owner: str = ""
    """Account of the resource; empty: the one in its ARN, or else the caller's own."""
    context: Context = field(default_factory=Context)

    @property
    def is_at_home(self) -> bool:
        """Whether caller and resource are of one account."""
        owner = self.owner or match.account_of(self.resource) or self.caller.account
        return self.caller.account == owner != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that has a say. None: there is no such limit. An empty tuple of a limit allows nothing."""

    identity: Documents = ()
    boundary: Documents | None = None
    session: Documents | None = None
    scps: tuple[Documents, ...] = ()
    """Service control policies of the caller's account: one entry for each level from the root down, each of which must allow."""
    rcps: tuple[Documents, ...] = ()
    """Resource control policies of the resource's account, likewise."""
    resource: Document | None = None
    """The resource's own policy; a role's trust for `sts:AssumeRole...`, a key's policy for `kms:...`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is answered, and by what."""

    answer: Answer
    layer: str
    """The kind of policy that decided: for an implicit deny the one in which an Allow was missing."""
    statement: Statement | None = None
    """What decided; None for an implicit deny and for the root user's own rights."""

    @property
    def is_allowed(self) -> bool:
        """Whether the request goes through."""
        return self.answer is Answer.ALLOWED


def evaluate(request: Request, policies: Policies, *, could: bool = False) -> Decision:
    """The decision. With `could`, for a context known in part: allowed when some context would let it through.

    Without it what is not known counts against the request: an Allow must surely apply, and a Deny need only perhaps.
    """
    sure, possible = (Truth.TRUE,), (Truth.TRUE, Truth.UNKNOWN)
    allowing, denying = (possible, sure) if could else (sure, possible)
    for layer, documents in _layers(policies):
        denied = next(_applying(request, documents, Effect.DENY, denying, named=layer == _RESOURCE), None)
        if denied is not None:
            return Decision(answer=Answer.EXPLICIT_DENY, layer=layer, statement=denied)

    def allows(documents: Iterable[Document]) -> Statement | None:
        return next(_applying(request, documents, Effect.ALLOW, allowing, named=False), None)

    for layer, levels in ((_RCP, policies.rcps), (_SCP, policies.scps)):
        if any(allows(level) is None for level in levels):
            return Decision(answer=Answer.IMPLICIT_DENY, layer=layer)
    return _decide(request, policies, _resource(request, policies, allowing), allows)


def applies(statement: Statement, request: Request, *, named: bool) -> Truth:
    """Whether a statement is about a request. `named`: its principals count; a statement of a resource's policy that names nobody is about nobody."""
    if named and not _names(statement, request.caller):
        return Truth.FALSE
    if not _acts(statement, request.action):
        return Truth.FALSE
    about = _about(statement, request)
    return about if about is Truth.FALSE else _both(about, all_hold(statement.conditions, request.context, has_variables=statement.has_variables))


_RESOURCE, _IDENTITY, _BOUNDARY, _SESSION, _SCP, _RCP = (
    "resource policy",
    "identity policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
)


def _layers(policies: Policies) -> Iterator[tuple[str, Documents]]:
    yield _RCP, tuple(one for level in policies.rcps for one in level)
    yield _SCP, tuple(one for level in policies.scps for one in level)
    yield _IDENTITY, policies.identity
    yield _BOUNDARY, policies.boundary or ()
    yield _SESSION, policies.session or ()
    yield _RESOURCE, (policies.resource,) if policies.resource else ()


def _decide(
    request: Request, policies: Policies, resource: tuple[Naming, Statement | None], allows: Callable[[Iterable[Document]], Statement | None]
) -> Decision:
    closeness, statement = resource
    if not request.caller.account:
        return _given(_RESOURCE, statement)
    limit = next(
        (layer for layer, given in ((_BOUNDARY, policies.boundary), (_SESSION, policies.session)) if given is not None and allows(given) is None), None
    )
    own = allows(policies.identity)
    has_own = request.caller.is_root or own is not None
    if not request.is_at_home:
        # Another account's word alone lets nobody in: the caller's own account must agree.
        if not has_own:
            return _missing(_IDENTITY)
        return _missing(limit) if limit else _given(_RESOURCE, statement)
    if closeness is Naming.ITSELF:
        return _given(_RESOURCE, statement)
    if closeness > Naming.ACCOUNT:
        return _missing(limit) if limit else _given(_RESOURCE, statement)
    if _needs_resource(request) and statement is None:
        return _missing(_RESOURCE)
    if not has_own:
        return _missing(_IDENTITY)
    return _missing(limit) if limit else Decision(answer=Answer.ALLOWED, layer=_IDENTITY, statement=own)


def _resource(request: Request, policies: Policies, allowing: tuple[Truth, ...]) -> tuple[Naming, Statement | None]:
    """The Allow of the resource's policy that names the caller most closely."""
    best: tuple[Naming, Statement | None] = (Naming.NOT, None)
    for statement in _applying(request, (policies.resource,) if policies.resource else (), Effect.ALLOW, allowing, named=True):
        closeness = _closeness(statement, request.caller)
        if closeness > best[0]:
            best = (closeness, statement)
    return best


def _applying(request: Request, documents: Iterable[Document], effect: Effect, wanted: tuple[Truth, ...], *, named: bool) -> Iterator[Statement]:
    for document in documents:
        for statement in document.statements:
            if statement.effect is effect and applies(statement, request, named=named) in wanted:
                yield statement


def _needs_resource(request: Request) -> bool:
    action = request.action.lower()
    return (action.startswith("kms:") and ":key/" in request.resource) or action.startswith("sts:assumerole")


def _names(statement: Statement, caller: Caller) -> bool:
    if statement.not_principals is not None:
        return not any(match.naming(one, caller) for one in statement.not_principals)
    return any(match.naming(one, caller) for one in statement.principals or ())


def _closeness(statement: Statement, caller: Caller) -> Naming:
    if statement.not_principals is not None:
        return Naming.EVERYONE
    return max((match.naming(one, caller) for one in statement.principals or ()), default=Naming.NOT)


def _acts(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(match.action(pattern, action) for pattern in statement.actions)
    return not any(match.action(pattern, action) for pattern in statement.not_actions or ())


def _about(statement: Statement, request: Request) -> Truth:
    if statement.resources is not None:
        return _any_resource(statement, statement.resources, request)
    if statement.not_resources is not None:
        found = _any_resource(statement, statement.not_resources, request)
        return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(found, found)
    return Truth.TRUE


def _any_resource(statement: Statement, patterns: tuple[str, ...], request: Request) -> Truth:
    answer = Truth.FALSE
    for pattern in patterns:
        text = expand(pattern, request.context.get, as_pattern=True) if statement.has_variables and "${" in pattern else pattern
        if isinstance(text, Truth):
            answer = Truth.UNKNOWN
        elif text is not None and match.like(text, request.resource):
            return Truth.TRUE
    return answer


def _both(one: Truth, other: Truth) -> Truth:
    if Truth.FALSE in (one, other):
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in (one, other) else Truth.TRUE


def _given(layer: str, statement: Statement | None) -> Decision:
    return _missing(layer) if statement is None else Decision(answer=Answer.ALLOWED, layer=layer, statement=statement)


def _missing(layer: str) -> Decision:
    return Decision(answer=Answer.IMPLICIT_DENY, layer=layer)
