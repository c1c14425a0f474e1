"""The contract between the stand-in provider server and one resource type.

A module below `provider/<package>/` (`aws`, `azure_native`, `azuread`, `gcp`; a leading underscore keeps a module out) ends
with `RECORDS = (Record(...), ...)` and may have `INVOKES = {"token": function}`. A record says how its type is made, read,
changed and deleted through an emulator's own API; the server does the rest: names, defaults, unknown values, differences,
drift, imports, failures.

The rules a record lives by:

* Every input property is in `handled` (sent, and given back by `read` in the SDK's own shape), in `write_only` (sent, never
  given back: passwords, bodies) or in `kept` (the emulator has no such field: it lives in Pulumi's state only). Anything
  else the program sets is refused at Check, by name, so nothing is dropped in silence.
* `create` and `update` return little: after each the server calls `read`, and what `read` returns is the resource. A handled
  input that `read` does not give back equal fails the update: the emulator did not hold it.
* `read` works from the id alone (`state` is `{}` at import), returns None when the resource is gone, and nothing else for that.
* `delete` of something that is gone is a success; the server swallows `Missing` and AWS's not-found codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = dict[str, Any]
"""Resource properties by their SDK (camelCase) name; plain JSON values, assets as `values.Asset`; never an unknown value."""


class EmulatorError(Exception):
    """The emulator's API refused or failed; carries the vendor's own code and message."""

    def __init__(self, code: str, message: str, *, status: int = 0) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.status = status


class Missing(EmulatorError):
    """The API says that there is no such thing (HTTP 404)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A raw HTTP answer, for bodies that are not JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Rest(Protocol):
    """One authorised HTTP API of the lab. Paths are relative to its base and may carry a query string."""

    def request(self, method: str, path: str, json: object = None, *, params: Mapping[str, str] | None = None) -> Properties:
        """The decoded JSON object (`{}` for an empty body). Raises Missing for 404 and EmulatorError for every other failure."""
        ...

    def find(self, path: str, *, params: Mapping[str, str] | None = None) -> Properties | None:
        """GET; None for 404 and for nothing else."""
        ...

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Bytes in, bytes out; fails as `request` does."""
        ...


class Context(Protocol):
    """What a record works with: the connections of one configured provider instance."""

    config: Mapping[str, Any]
    """The provider's configuration (`region`, `project`, `subscriptionId`, ...) as the program or the stack gave it."""

    def aws(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 clients have no static type
        """A boto3 client, shared; the instance's own region when none is named."""
        ...

    @property
    def region(self) -> str:
        """AWS region of this instance."""
        ...

    @property
    def azure(self) -> Rest:
        """ARM; pass `params={"api-version": ...}`."""
        ...

    @property
    def graph(self) -> Rest:
        """Microsoft Graph; paths begin with `/v1.0/`."""
        ...

    @property
    def blob(self) -> Rest:
        """Blob storage; the first path segment is the account."""
        ...

    @property
    def vault(self) -> Rest:
        """Key Vault data plane; the first path segment is the vault."""
        ...

    @property
    def gcp(self) -> Rest:
        """Every GCP API; paths as on googleapis.com (`/v3/projects/...`, `/storage/v1/b/...`)."""
        ...

    @property
    def subscription(self) -> str:
        """Azure subscription id of this instance."""
        ...

    @property
    def tenant(self) -> str:
        """Entra tenant id of this instance."""
        ...

    @property
    def project(self) -> str:
        """GCP project of this instance."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The new resource's Pulumi id, and outputs that only creation reveals (a secret key); `read` supplies the others."""

    id: str
    outputs: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How a name is made up when the program gives none: logical name, separator, random hexadecimal digits."""

    separator: str = "-"
    digits: int = 7
    max_length: int = 63
    lower: bool = False
    """Lower-case the logical name; with an empty separator everything but letters and digits is dropped too."""


def _nothing_to_delete(_ctx: Context, _id: str, _state: Properties) -> None:
    """For types that vanish with their parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource type."""

    token: str
    create: Callable[[Context, Properties], Created]
    """`create(ctx, inputs)`; inputs are complete (defaults and name filled in)."""
    read: Callable[[Context, str, Properties], Properties | None]
    """`read(ctx, id, state)`; handled inputs and computed outputs together, in the SDK's shape. Leave out what is not set."""
    update: Callable[[Context, str, Properties, Properties], object] | None = None
    """`update(ctx, id, old, new)`; old is the state (inputs and outputs), new the inputs. The result is ignored. None: every change replaces."""
    delete: Callable[[Context, str, Properties], None] = _nothing_to_delete
    """`delete(ctx, id, state)`."""

    handled: frozenset[str]
    write_only: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    """Outputs that are unknown until creation. One that `read` does not return keeps its last value."""
    secret: frozenset[str] = frozenset()
    """Outputs that state must hold encrypted."""
    required: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Filled in at Check when the program leaves them out."""
    documents: frozenset[str] = frozenset()
    """Inputs that are JSON text to the vendor; a program may give the object, and Check turns it into text."""
    implied: Callable[[Context], Properties] | None = None
    """What unset inputs amount to under this provider instance (`region`, `project`): never adopted at import, and compared as if set."""
    unordered: frozenset[str] = frozenset()
    """Dotted paths of lists that are sets to the vendor. Lists of plain scalars are compared without order anyway."""

    replace_on: frozenset[str] = frozenset()
    """Top-level properties whose change needs a new resource."""
    delete_before_replace: bool = False
    """True where two of them cannot exist side by side."""
    name_property: str | None = None
    naming: Naming = Naming()
    check: Callable[[Context, Properties], Mapping[str, str]] | None = None
    """Further rules: property -> reason, for what is wrong. Inputs may hold `values.UNKNOWN` here."""

    @property
    def inputs(self) -> frozenset[str]:
        """Every property that a program may set."""
        return self.handled | self.write_only | self.kept


Invoke = Callable[[Context, Properties], Properties]
"""A function of the package: arguments in, result out."""
