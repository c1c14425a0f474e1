"""What a stand-in for an AWS service is: one method per operation, and tables that outlive the process.

    class RolesAnywhere(StandIn):
        service = "rolesanywhere"

        def ListTrustAnchors(self, p):
            return {"trustAnchors": list(self.table("anchors").values())}

    STAND_IN = RolesAnywhere

A handler gives the whole answer; the gateway checks it against the vendor's own model, cuts it into pages and puts it on the wire.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.lab.aws.catalogue import Catalogue

GLOBAL = "global"
"""The region of what has none."""


class Fault(Exception):
    """An error as AWS answers it. Without a status it has the model's own, else 400; `more` are further members of the error's shape."""

    def __init__(self, code: str, message: str = "", *, status: int = 0, headers: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
        for name, value in more.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account and region that a request is for."""

    id: str
    region: str
    caller: str
    """ARN of who asks."""
    catalogue: Catalogue

    def peer(self, service: str) -> StandIn:
        """Another of our stand-ins, for this account and region; KeyError when there is none."""
        return self.catalogue.stand_in(service, self)

    def elsewhere(self, account: str = "", region: str = "") -> Account:
        """The same for another account or region."""
        return replace(self, id=account or self.id, region=region or self.region)

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Ministack's modules (`from ministack.services import iam`) see this account and region inside; in a handler they see the request's anyway."""
        from ministack.core.responses import request_scope

        with request_scope(self.id, self.region):
            yield


class StandIn:
    """Base of every stand-in; made anew for each request, so it keeps nothing but what is in its tables.

    Public methods named as the operations are the handlers: they take the request's members, as JSON would have them (times are RFC 3339, blobs
    are bytes), and return the members of the answer (times may be datetime, RFC 3339 or seconds). Errors are raised as `Fault`.
    """

    service: str
    """botocore's name of the service."""
    regional: bool = True

    def __init__(self, account: Account) -> None:
        self.account = account

    def table(self, name: str) -> dict[str, Any]:
        """A table of this account, region and service that outlives the process: only what JSON knows, and bytes."""
        region = self.account.region if self.regional else GLOBAL
        return self.account.catalogue.state.table(self.account.id, region, self.service, name)

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """The ARN on which the caller needs the permission."""
        del op, p
        return "*"
