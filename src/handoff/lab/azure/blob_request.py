"""What a request to the blob service asks for: account, container, blob, and the right it needs.

source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory (read 2026-11-22) for the RBAC actions,
https://learn.microsoft.com/rest/api/storageservices/create-account-sas (read 2026-11-22) for the permissions of a SAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from handoff.lab.azure.backend import LONGEST, parse_query
from handoff.lab.azure.refusals import BlobRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.azure.world import Record

_SERVICE = "Microsoft.Storage/storageAccounts/blobServices"
_CONTAINER = f"{_SERVICE}/containers"
_BLOB = f"{_CONTAINER}/blobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What one operation needs."""

    action: str
    is_data: bool
    sas: str
    """Any one of these letters in a SAS."""
    level: str
    """`s`, `c` or `o`: service, container or object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRequest:
    """One request, taken apart."""

    method: str
    account: Record
    container: str
    blob: str
    """Percent-encoded; empty for requests about the account or a container."""
    raw_path: str
    """The whole path as it was sent."""
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    def asked(self, name: str) -> str:
        """One query value, or empty."""
        return next((value for key, value in self.query if key == name), "")

    @property
    def name(self) -> str:
        """The account's name."""
        return str(self.account["name"])

    @property
    def scope(self) -> str:
        """The ARM id that role assignments are looked for at."""
        base = str(self.account["id"])
        return f"{base}/blobServices/default/containers/{self.container}" if self.container else base

    @property
    def resource(self) -> str:
        """The name that a service SAS signs, without the blob: `/blob/ACCOUNT/CONTAINER`."""
        return f"/blob/{self.name}/{self.container}"

    @property
    def blob_name(self) -> str:
        """The blob's name, decoded."""
        return unquote(self.blob)

    @property
    def right(self) -> Right:
        """What the operation needs."""
        if self.blob:
            return _blob_right(self.method, self.asked("comp"))
        return _container_right(self.method, self.asked("comp")) if self.container else _account_right(self.method, self.asked("comp"), self.asked("restype"))


def taken_apart(accounts: Mapping[str, Record], method: str, raw_path: str, raw_query: str, headers: Mapping[str, str]) -> BlobRequest:
    """The request; refuses accounts that are not there and what the lab does not do."""
    _, _, account_name, *rest = [*raw_path.split("/", 4), "", ""][:5]
    account = accounts.get(unquote(account_name))
    if account is None:
        raise BlobRefusal(404, "ResourceNotFound", f"The lab has no storage account '{unquote(account_name)}'.")
    container, blob = unquote(rest[0]), rest[1]
    if "/" in container or any(unquote(segment) in {".", ".."} for segment in (container, *blob.replace("%2F", "/").replace("%2f", "/").split("/"))):
        # azurite would resolve them, and so reach another account's containers.
        raise BlobRefusal(400, "InvalidUri", "The requested URI does not represent any resource on the server.")
    if container.startswith("$") or (container and len(account["name"]) + 1 + len(container) > LONGEST):
        raise BlobRefusal(
            400, "InvalidResourceName", f"The lab takes no container names with '$', and at most {LONGEST - 1} characters for account and container together."
        )
    if "x-ms-copy-source" in headers:
        raise BlobRefusal(501, "NotImplemented", "The lab does not copy from URLs.")
    return BlobRequest(method=method, account=account, container=container, blob=blob, raw_path=raw_path, query=tuple(parse_query(raw_query)), headers=headers)


def _account_right(method: str, comp: str, restype: str) -> Right:
    if method in {"GET", "HEAD"} and restype == "account":
        return Right(action=f"{_SERVICE}/getInfo/action", is_data=False, sas="racwdlxuptf", level="s")
    if method == "GET" and comp == "list":
        return Right(action=f"{_CONTAINER}/read", is_data=False, sas="l", level="s")
    if comp == "properties" and restype == "service" and method in {"GET", "PUT"}:
        return Right(action=f"{_SERVICE}/{'read' if method == 'GET' else 'write'}", is_data=False, sas="r" if method == "GET" else "w", level="s")
    raise BlobRefusal(501, "NotImplemented", "The lab does not do this operation on a storage account (user delegation keys and batches among them).")


def _container_right(method: str, comp: str) -> Right:
    if method == "GET" and comp == "list":
        return Right(action=f"{_BLOB}/read", is_data=True, sas="l", level="c")
    if comp == "acl":
        return Right(action=f"{_CONTAINER}/{'setAcl' if method == 'PUT' else 'getAcl'}/action", is_data=False, sas="", level="c")
    if method in {"GET", "HEAD"}:
        return Right(action=f"{_CONTAINER}/read", is_data=False, sas="r", level="c")
    if method == "DELETE":
        return Right(action=f"{_CONTAINER}/delete", is_data=False, sas="d", level="c")
    if method == "PUT" and comp in {"", "metadata", "lease"}:
        return Right(action=f"{_CONTAINER}/write", is_data=False, sas="cw" if not comp else "w", level="c")
    raise BlobRefusal(501, "NotImplemented", "The lab does not do this operation on a container.")


def _blob_right(method: str, comp: str) -> Right:
    if comp == "tags":
        verb = "read" if method == "GET" else "write"
        return Right(action=f"{_BLOB}/tags/{verb}", is_data=True, sas="t", level="o")
    if method in {"GET", "HEAD"} or comp == "query":
        return Right(action=f"{_BLOB}/read", is_data=True, sas="r", level="o")
    if method == "DELETE":
        return Right(action=f"{_BLOB}/delete", is_data=True, sas="d", level="o")
    if method == "PUT":
        return Right(
            action=f"{_BLOB}/write", is_data=True, sas="aw" if comp == "appendblock" else ("cw" if comp in {"", "block", "blocklist"} else "w"), level="o"
        )
    raise BlobRefusal(501, "NotImplemented", "The lab does not do this operation on a blob.")
