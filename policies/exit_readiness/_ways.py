"""What the tables of types say: how a type opens a way in, and how a type keeps data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a resource tells whom it lets in."""

    AWS_POLICY = "a policy document with principals"
    AWS_PRINCIPAL = "an ARN, an account or a service"
    AWS_USER = "the name of an IAM user"
    AWS_CANONICAL = "a canonical user id of S3"
    TENANT = "an Entra tenant"
    OBJECT = "an object id of a directory"
    APP = "a client id of Entra"
    EMAIL = "an e-mail address"
    OIDC = "an issuer, and a subject beside it"
    ISSUER = "an issuer whose subjects are named elsewhere"
    SAML = "SAML metadata"
    AWS_ACCOUNT = "an AWS account"
    GCP_MEMBER = "an IAM member"
    GCP_POLICY = "an IAM policy in JSON"
    GCP_ACCOUNT = "a service account"
    GCP_ENTITY = "an entity of an access control list"
    SECRET = "nobody: whoever made it may hold it"  # noqa: S105 - a form
    NETWORK = "a network"
    IDENTITY = "nobody by itself: an identity that others let in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in that resources of a type make."""

    form: Form
    at: str = ""
    """The property that names the holder; empty = none does."""
    beside: Mapping[str, str] | None = None
    """Further properties that tell of the holder: path -> condition key (AWS) or what it is."""
    ends: str = ""
    """The property that holds its end."""
    ends_elsewhere: str = ""
    """What ends it, when that is another resource."""
    covered_as: tuple[str, ...] = ()
    """Types whose kinds find it all the same; empty = its own type has to be covered."""
    only_if: tuple[str, tuple[object, ...]] | None = None
    """A property and the values with which it opens anything at all."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Every property that it is read from."""
        return tuple(filter(None, (self.at, self.ends, *(self.beside or {}), self.only_if[0] if self.only_if else "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """How a type keeps the client's data."""

    tags: str = "tags"
    """Its tags or labels; empty = the type has none, and `parent` may."""
    keys: tuple[str, ...] = ()
    """Properties that name the key it is encrypted with; any one will do."""
    parent: tuple[str, str] = ("", "")
    """(property, type) of what holds its tags and its key."""
    is_part: bool = False
    """True: tags and key are its parent's, so only its export is judged."""
    is_whole: bool = True
    """False: its data lies in parts, whose exports are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongLived:
    """A credential that works until somebody ends it."""

    what: str
    tags: str = ""
    starts: str = ""
    ends: str = ""
    lasts: str = ""
    """A property with its life in hours, such as `2160h`."""
    on_when: tuple[str, bool, bool] | None = None
    """(property, value that allows it, what the service takes when it is not set)."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Every property that it is read from."""
        return tuple(filter(None, (self.tags, self.starts, self.ends, self.lasts, self.on_when[0] if self.on_when else "")))
