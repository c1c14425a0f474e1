"""The plain values and the seams: what every layer says to the next.

Nothing here does I/O, reads a clock or imports an SDK. Words are those of docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

Json = Mapping[str, object]
"""A JSON object as a cloud's API gave it."""

KindId = NewType("KindId", str)
"""`aws.iam_access_key`: the path of the kind's module under `handoff.kinds`."""


AROUND = "_around"
"""Member of an image that is kept for an exact inverse and never compared: what stands around the path's own share, which others may change."""


class Secret:
    """A value that never shows: `str`, `repr` and f-strings give `***`; JSON encoders refuse it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; call it only where it goes to the wire or into a file of mode 0600."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not to be pickled or copied out of the process")


class Read(StrEnum):
    """How well one listing could be read. Only COMPLETE lets anyone claim absence."""

    COMPLETE = "complete"
    DENIED = "denied"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Verdict(StrEnum):
    """What a probe says of one path. Only GONE counts as revoked; UNKNOWN is never rounded."""

    GONE = "gone"
    DISABLED = "disabled"
    ALIVE = "alive"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What happened when a credential was tried. A timeout or a 5xx is UNKNOWN, never REFUSED."""

    WORKED = "worked"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Party(StrEnum):
    """To whom a holder belongs."""

    CLIENT = "client"
    PROVIDER = "provider"
    INCOMING = "incoming"
    THIRD_PARTY = "third-party"
    CLOUD_SERVICE = "cloud-service"
    DELETED = "deleted"
    PUBLIC = "public"
    UNKNOWN = "unknown"


class Verb(StrEnum):
    """What a step does to a path. DISABLE can be undone; DELETE comes after the soak; MANUAL is done by a person, where no API can, and only checked."""

    DISABLE = "disable"
    DELETE = "delete"
    MANUAL = "manual"


class ScopeType(StrEnum):
    """The unit in which a kind's listing call is complete."""

    AWS_ACCOUNT = "aws.account"
    AWS_REGION = "aws.region"
    AZURE_TENANT = "azure.tenant"
    AZURE_SUBSCRIPTION = "azure.subscription"
    GCP_PROJECT = "gcp.project"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Scope:
    """The smallest unit in which one listing call is complete."""

    type: ScopeType
    id: str
    """Account id, tenant id, subscription id or project id."""
    region: str = ""
    """Set for AWS_REGION only; empty otherwise."""

    @property
    def cloud(self) -> str:
        """`aws`, `azure` or `gcp`."""
        return self.type.value.split(".", 1)[0]

    def __str__(self) -> str:
        return f"{self.cloud}:{self.id}" + (f":{self.region}" if self.region else "")


class Clue(StrEnum):
    """What was seen about a holder; `engine/attribute.py` turns clues and the spec's identities into a party."""

    AWS_ACCOUNT = "aws_account"  # 12 digits; only where membership of the account decides (trusts, policies, grants)
    AWS_ARN = "aws_arn"  # full ARN of a principal; decides only when a party names it (see AWS_ACCOUNT)
    AWS_ORG = "aws_org"  # o-...
    AWS_UNIQUE_ID = "aws_unique_id"  # AIDA.../AROA... in place of an ARN: the principal was deleted
    AWS_SERVICE = "aws_service"  # lambda.amazonaws.com
    AWS_CANONICAL_ID = "aws_canonical_id"
    AWS_EXTERNAL_ID = "aws_external_id"
    AWS_VPCE = "aws_vpce"  # vpce-... or vpc-...: whoever reaches it through this endpoint or from this network; whose that is, its owner's account tells
    CIDR = "cidr"  # 10.0.0.0/8: whoever calls from these addresses
    ENTRA_TENANT = "entra_tenant"  # tenant (GUID) that the holder lives in
    ENTRA_OBJECT = "entra_object"  # object id of a user, group or service principal
    ENTRA_APP = "entra_app"  # application (client) id
    PRINCIPAL = "principal"  # the credential's own principal: decides only when a party names it, never by its account or project
    GCP_MEMBER = "gcp_member"  # user:a@b, serviceAccount:x@p.iam.gserviceaccount.com, principalSet://...
    GCP_PROJECT = "gcp_project"  # project id or number that the holder lives in
    GCP_CUSTOMER = "gcp_customer"
    OIDC = "oidc"  # "ISSUER SUBJECT" (one blank between; the subject may hold wildcards)
    SAML = "saml"  # entity id
    SSH_KEY = "ssh_key"  # fingerprint as ssh-keygen or the cloud gives it: SHA256:..., MD5:aa:bb:..., or aa:bb:...
    EMAIL = "email"
    DOMAIN = "domain"  # host or domain that it leads to or comes from
    CREATOR = "creator"  # who made it, by the cloud's own log: a principal or its name
    TAG = "tag"  # "key=value"
    NAME = "name"  # display name; weakest, only shown
    EVERYONE = "everyone"  # anyone on the internet
    SHARED_SECRET = "shared_secret"  # noqa: S105 not a secret; value is why: whoever could list it may hold it
    CLIENT_OWN = "client_own"  # value is why nobody but the estate's owner can hold it
    DELETED = "deleted"  # principal that no longer exists


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPath:
    """One way in, as one listing showed it."""

    kind: KindId
    id: str
    """Provider-native and never reused: a key id, an ARN plus `#` plus what tells paths of one object apart."""
    scope: Scope
    holder: str
    """Who can walk in through it, in the cloud's own notation."""
    allows: str
    """What it opens, in one line for people."""
    clues: tuple[tuple[Clue, str], ...] = ()
    detail: Json = field(default_factory=dict)
    """JSON-serialisable facts that later steps need; never a secret."""
    mints: tuple[str, ...] = ()
    """Operations with which whoever holds this path could open further ones; such a path is cut before those that it could mint."""

    @property
    def key(self) -> str:
        """Unique over the whole estate."""
        return f"{self.kind}|{self.scope}|{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something of the client's that still leans on the provider."""

    kind: KindId
    id: str
    """The client's thing that leans, and on what: an ARN, `#`, the provider's thing."""
    scope: Scope
    owner: str
    """Whose the thing is that it leans on, in the cloud's own notation."""
    needs: str = ""
    """What would stop working, in one line for people."""
    clues: tuple[tuple[Clue, str], ...] = ()
    detail: Json = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique over the whole estate."""
        return f"{self.kind}|{self.scope}|{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One line of a log that shows a path or a dependency in use."""

    at: datetime
    by: str
    """Who used it, in the cloud's own notation."""
    source: str
    """Address, service or host it came from; empty when the log does not tell."""
    what: str
    """The call, by the vendor's name."""
    line: str
    """Where to find it: the log and the event's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One per kind and scope; "none found" is a claim only when `read` is COMPLETE."""

    kind: KindId
    scope: Scope
    read: Read
    found: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The cloud's answer to one write."""

    op: str
    request_id: str
    applied: bool
    """False: nothing was sent, because the wanted state was there already, or because this is a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of one credential on one call."""

    outcome: Outcome
    op: str
    code: str
    """The vendor's error code, or `ok`, or what went wrong on the way (`timeout`, `http-503`)."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How long a revoked path may still work, and the source of the figure."""

    settle_s: int
    """Seconds after the write before a probe means anything."""
    survives_s: int
    """Longest life of a session or token minted before the cut, when nothing else ends it; 0 = none survives."""
    source: str
    """`URL (read DATE)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write that a kind proposes for a path."""

    verb: Verb
    reversible: bool
    effect: str
    """What it does, and how it is undone or why it cannot be."""


class Reader(Protocol):
    """Reads one scope. It has no write method, so the type checker proves that discover and probe change nothing."""

    @property
    def scope(self) -> Scope:
        """The scope this reader was opened for."""
        ...

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item of every page of a listing call. Raises AccessDenied, Unsupported, Throttled or CloudError; never gives less in silence."""
        ...

    def get(self, op: str, /, **params: object) -> Json | None:
        """One object, or None for not-found and nothing else."""
        ...


class Writer(Reader, Protocol):
    """Reads and writes one scope."""

    def write(self, op: str, /, **params: object) -> Receipt:
        """One change. Raises like `read`; not-found on a removal is for the kind to expect by `missing_ok=True` (then applied is False)."""
        ...

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """One change whose answer is needed (a created id)."""
        ...


class Kind(Protocol):
    """One kind of access path; a module `kinds/<cloud>/<name>.py` ends with `KIND = ...`."""

    id: KindId
    title: str
    row: str
    """Row of the access-path catalogue (docs/reference), such as A2, Z1, G3."""
    source: str
    """Vendor page for listing and revoking: `URL (read DATE)`."""
    scope_type: ScopeType
    phase: int
    """1 telemetry and notifications, 3 data keys and resource policies, 4 trusts and federation, 5 credentials and sessions, 6 automation (docs/exit-order.md)."""
    lag: Lag
    reads: frozenset[str]
    """Operations that discover, image and probe use."""
    writes: frozenset[str]
    """Operations that do and undo use."""
    creates: frozenset[str]
    """Pulumi type tokens that open this kind of path."""
    after: frozenset[KindId]
    """Kinds whose paths are to be cut first."""
    blind: str
    """What this kind does not see."""

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every path of this kind in the reader's scope, whoever holds it."""
        ...

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """The writes that end it, in order; reversible ones first."""
        ...

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The state that the steps touch, without secrets (a secret's SHA-256 at most); None = it is not there."""
        ...

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Carry out one step. Idempotent: `before` is the image from before the first try, `at` the time of the cut."""
        ...

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put back `before`. Idempotent. Called only for steps that said `reversible`."""
        ...

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """Is it dead? By another call than discover's where one exists."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A credential to try or to work with. Forms and their fields are listed in `handoff.logins`."""

    name: str
    cloud: str
    party: Party
    principal: str
    """ARN, Entra object id, or GCP member."""
    form: str
    material: Mapping[str, str | Secret]


class Cloud(Protocol):
    """One vendor; `clouds/<name>.py` ends with `CLOUD = ...` and is the only place that imports its SDK."""

    name: str

    def scopes(self, environment: Json, /) -> tuple[Scope, ...]:
        """Every scope of one spec environment's block for this cloud (as plain JSON)."""
        ...

    def open(self, scope: Scope, login: Login | None = None, /) -> Writer:
        """A connection to a scope, with the standard environment's credential when `login` is None. Always fresh: nothing cached from another open."""
        ...

    def whoami(self, scope: Scope, login: Login | None = None, /) -> str:
        """Live sign-in: the caller's principal in the notation of `Login.principal`. Raises CredentialsRefused or CloudError."""
        ...

    def attempt(self, scope: Scope, login: Login, op: str, params: Json, /) -> Attempt:
        """Try one call with exactly this credential, no retry, no refresh; classify the answer and never raise for it."""
        ...

    def endpoints(self) -> tuple[str, ...]:
        """The endpoint URLs in force, for the evidence and for telling a lab from a real cloud."""
        ...
