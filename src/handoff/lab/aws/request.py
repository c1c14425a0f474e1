"""A request as it came, and the operation that it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; header names are in lower case."""

    id: str
    method: str
    path: str
    raw_path: str
    """With its escapes."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def signing_name(self) -> str:
        """The service in the credential's scope, of a signed header or a presigned query; empty when it is not signed."""
        credential = self.headers.get("authorization", "").partition("Credential=")[2].split(",", 1)[0]
        scope = (credential or (self.query.get("X-Amz-Credential") or [""])[0]).split("/")
        return scope[3] if len(scope) == 5 else ""

    @property
    def is_form(self) -> bool:
        """Whether the body holds parameters of the query protocol."""
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    def with_body(self, body: bytes, query: Mapping[str, list[str]]) -> Request:
        """The same request for something else."""
        return replace(self, body=body, query=query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a request asks for."""

    service: str
    """botocore's name."""
    name: str
    protocol: str
    signing_name: str
    labels: Mapping[str, str]
    """Values out of the path, of the REST protocols."""

    @property
    def op(self) -> str:
        """`service:Operation`."""
        return f"{self.service}:{self.name}"


class Behind(Protocol):
    """Whoever is asked when the gateway does not answer by itself."""

    async def __call__(self, request: Request, /) -> Answer:
        """Their answer."""
        ...
