"""Users of ElastiCache."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._access_string import AccessStringUser
from handoff.model import KindId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class ElasticacheUser(AccessStringUser):
    """One user of the region."""

    id = KindId("aws.elasticache_user")
    title = "ElastiCache user"
    source = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html (read 2026-11-22)"
    reads = frozenset({"elasticache:DescribeUsers"})
    writes = frozenset({"elasticache:ModifyUser"})
    fences = frozenset({"elasticache:CreateUserGroup", "elasticache:CreateUser", "elasticache:ModifyUserGroup", "elasticache:ModifyUser"})
    creates = frozenset({"aws:elasticache/user:User"})

    def users(self, reader: Reader, name: str = "", /) -> Iterable[Json]:
        """By one call; for one name it may say that there is no such user."""
        if not name:
            return reader.read("elasticache:DescribeUsers")
        return cast("list[Json]", (reader.get("elasticache:DescribeUsers", UserId=name) or {}).get("Users") or [])

    def name_of(self, user: Json, /) -> str:
        """Its id."""
        return str(user["UserId"])

    def modify(self, writer: Writer, name: str, access: str, /) -> Receipt:
        """Set the access string."""
        return writer.write("elasticache:ModifyUser", UserId=name, AccessString=access)


KIND: Kind = ElasticacheUser()
