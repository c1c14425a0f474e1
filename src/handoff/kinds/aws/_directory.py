"""Identity Center: its instances, and the people of their identity stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

READS = frozenset({"sso-admin:ListInstances"})
MEMBER_READS = frozenset({"identitystore:ListGroupMemberships", "identitystore:ListGroups", "identitystore:ListUsers"})

ELSEWHERE = "An Identity Center that another account owns: it is read there; in this account its roles show as role trusts (A8)."

LAG_SOURCE = "https://docs.aws.amazon.com/singlesignon/latest/userguide/revoke-user-permissions.html (read 2026-11-22)"

Found = tuple[Clue, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One Identity Center."""

    arn: str
    store: str
    """Id of its identity store."""


def instances(reader: Reader) -> Iterator[Instance]:
    """Every instance of the region that the scope's account owns. One that is only visible here answers nothing but its owner."""
    for item in reader.read("sso-admin:ListInstances"):
        if item.get("OwnerAccountId", reader.scope.id) == reader.scope.id:
            yield Instance(arn=str(item["InstanceArn"]), store=str(item["IdentityStoreId"]))


def users(reader: Reader, store: str) -> dict[str, Json]:
    """Every user of an identity store, by id."""
    return {str(user["UserId"]): user for user in reader.read("identitystore:ListUsers", IdentityStoreId=store)}


def groups(reader: Reader, store: str) -> Iterator[tuple[Json, list[Json]]]:
    """Every group of an identity store, with its memberships."""
    listed = reader.read("identitystore:ListGroups", IdentityStoreId=store)
    yield from fan.each(lambda group: (group, list(reader.read("identitystore:ListGroupMemberships", IdentityStoreId=store, GroupId=group["GroupId"]))), listed)


def name_of(user: Json | None, user_id: str) -> str:
    """How people call the user."""
    return str((user or {}).get("UserName") or user_id)


def clues(user: Json | None, user_id: str) -> tuple[Found, ...]:
    """Who a user is: mail addresses; a user that is gone from the store is nobody's."""
    if user is None:
        return ((Clue.DELETED, f"Identity Center knows no user {user_id} any more"),)
    mails = [str(mail.get("Value", "")) for mail in cast("list[Json]", user.get("Emails") or [])]
    name = str(user.get("DisplayName") or user.get("UserName") or user_id)
    return (*_people.mails(str(user.get("UserName", "")), *mails), (Clue.NAME, name))


def group_clues(members: list[tuple[Found, ...]]) -> tuple[Found, ...]:
    """Whose a group is: its members', when they are all of one domain; else nobody's but the directory's owner, and each membership is dealt with by itself."""
    mails = [clue for found in members for clue in found if clue[0] is Clue.EMAIL]
    if mails and len({mail.rpartition("@")[2] for _, mail in mails}) == 1:
        return tuple(dict.fromkeys(mails))
    return ((Clue.CLIENT_OWN, "a group without members, or with members of several domains: each membership is a path of its own"),)
