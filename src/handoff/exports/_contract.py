"""What an export of one data store offers, and the seam through which bytes leave a cloud.

An export decides what belongs to a store and what to ask for; `ObjectReader` is how it asks (`CLOUD.objects(scope, login)`); writing
the bag, hashing and the manifest are the evidence layer's work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from handoff.model import Cloud, Login, Scope, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """One object of a store, as the listing showed it."""

    key: str
    """Name within its store; any characters the cloud allows, so never a file path as it stands."""
    size_bytes: int
    etag: str = ""
    """The cloud's entity tag without quotes; not a digest unless the cloud says so."""
    checksums: Mapping[str, str] = field(default_factory=dict)
    """Digests that the cloud itself keeps, lower-case hexadecimal by algorithm: `{"md5": ..., "crc32c": ...}`. May be empty."""
    version_id: str = ""
    """Version or generation; empty where the store keeps none."""
    modified_at: datetime | None = None
    """Aware UTC."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the client attached to it, content type included, where the listing gives it."""


class ObjectReader(Protocol):
    """Lists and reads the objects of one scope. Raises like `model.Reader`; never gives less in silence."""

    @property
    def scope(self) -> Scope:
        """The scope this reader was opened for."""
        ...

    def list_stores(self) -> Iterator[str]:
        """Every store of the scope: a bucket name, or `ACCOUNT/CONTAINER`."""
        ...

    def list_objects(self, store: str, /) -> Iterator[ObjectInfo]:
        """Every current object of one store."""
        ...

    def read_object(self, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The bytes of exactly the object that was listed, in chunks of at most 1 MiB; raises CloudError when it has changed since, or ends early."""
        ...


class ObjectCloud(Cloud, Protocol):
    """A cloud whose objects can be read; every `CLOUD` is one."""

    def objects(self, scope: Scope, login: Login | None = None, /) -> ObjectReader:
        """A fresh connection for reading objects, with the standard environment's credential when `login` is None."""
        ...


class Export(Protocol):
    """The return of one kind of data store; a module `exports/<cloud>/<name>.py` ends with `EXPORT = ...`."""

    @property
    def id(self) -> str:
        """`aws.s3_bucket`: the path of the module under `handoff.exports`."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def stores(self) -> frozenset[str]:
        """Pulumi type tokens of the data stores that it covers."""
        ...

    @property
    def scope_type(self) -> ScopeType:
        """The unit in which its stores are listed."""
        ...

    @property
    def source(self) -> str:
        """Vendor page: `URL (read DATE)`."""
        ...

    @property
    def blind(self) -> str:
        """What it does not return."""
        ...

    def find(self, reader: ObjectReader, /) -> Iterator[str]:
        """Every store of this type in the reader's scope."""
        ...

    def objects(self, reader: ObjectReader, store: str, /) -> Iterator[ObjectInfo]:
        """Every object to return from one store."""
        ...

    def open(self, reader: ObjectReader, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The bytes of one object as a stream of chunks."""
        ...
