"""Users of MemoryDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._access_string import AccessStringUser
from handoff.model import KindId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class MemorydbUser(AccessStringUser):
    """One user of the region."""

    id = KindId("aws.memorydb_user")
    title = "MemoryDB user"
    source = "https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateUser.html (read 2026-11-22)"
    reads = frozenset({"memorydb:DescribeUsers"})
    writes = frozenset({"memorydb:UpdateUser"})
    fences = frozenset({"memorydb:CreateACL", "memorydb:CreateUser", "memorydb:UpdateACL", "memorydb:UpdateUser"})
    creates = frozenset({"aws:memorydb/user:User"})

    def users(self, reader: Reader, name: str = "", /) -> Iterable[Json]:
        """By one call; for one name it may say that there is no such user."""
        if not name:
            return reader.read("memorydb:DescribeUsers")
        return cast("list[Json]", (reader.get("memorydb:DescribeUsers", UserName=name) or {}).get("Users") or [])

    def name_of(self, user: Json, /) -> str:
        """Its name."""
        return str(user["Name"])

    def modify(self, writer: Writer, name: str, access: str, /) -> Receipt:
        """Set the access string."""
        return writer.write("memorydb:UpdateUser", UserName=name, AccessString=access)


KIND: Kind = MemorydbUser()
