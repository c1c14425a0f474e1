"""What several kinds ask about IAM users and roles: who there is, and what tells whose they are.

One call gives all of it, tags included, a thousand principals a page; it is made once in a sweep, however many kinds ask.
source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html (read 2026-11-22)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

_DETAILS = "iam:GetAccountAuthorizationDetails"
READS = frozenset({_DETAILS})
MARK_READS = READS

_PAGE = 1000
# An IAM user name may hold `@`, `.`, `+`, `=`, `,`, `-`: a mail address fits whole.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11-22)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")

Found = tuple[Clue, str]


def users(reader: Reader) -> Iterator[Json]:
    """Every IAM user of the account, with its tags, groups and policies."""
    return _details(reader, "UserDetailList")


def roles(reader: Reader) -> Iterator[Json]:
    """Every IAM role of the account, with its trust, tags and policies."""
    return _details(reader, "RoleDetailList")


def groups(reader: Reader) -> Iterator[Json]:
    """Every IAM group of the account, with its policies."""
    return _details(reader, "GroupDetailList")


def policies(reader: Reader) -> Iterator[Json]:
    """Every managed policy of the account itself, with all its versions."""
    return (policy for policy in _details(reader, "Policies") if f":iam::{reader.scope.id}:policy/" in str(policy["Arn"]))


def managed(reader: Reader) -> Iterator[Json]:
    """Every managed policy that the account's details tell of, AWS's own in use included, with all versions."""
    return _details(reader, "Policies")


def clues(user: Json) -> tuple[Found, ...]:
    """Who the user is: its ARN, its tags, and mail addresses in its name or tags."""
    tags = list(_tags(user))
    return (
        (Clue.AWS_ARN, str(user["Arn"])),
        *((Clue.TAG, f"{key}={value}") for key, value in tags),
        *mails(str(user["UserName"]), *(value for _, value in tags)),
    )


def mails(*texts: str) -> tuple[Found, ...]:
    """Every mail address in these texts, once."""
    return tuple((Clue.EMAIL, mail) for mail in sorted({mail.lower() for text in texts if "@" in text for mail in _EMAIL.findall(text)}))


def tag_keys(principal: Json) -> frozenset[str]:
    """Keys of the tags of a user or role."""
    return frozenset(key for key, _ in _tags(principal))


class Marks:
    """Tags of principals that a policy or a grant names.

    A role that was made for the provider lives in the client's account: its ARN says client, and only its tag says whose it really is.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        account = reader.scope.id
        self._own = re.compile(rf"arn:[a-z-]+:(?:iam::{account}:(user|role)/(?:[^*?]*/)?|sts::{account}:assumed-(role)/)([^/*?]+)(?:/[^/]*)?")
        self._known: Mapping[str, tuple[Found, ...]] | None = None

    def of(self, principal: str) -> tuple[Found, ...]:
        """The tags, when the principal is a user, a role or a role's session of the account being read and still exists; else nothing."""
        own = self._own.fullmatch(principal)
        if own is None:
            return ()
        if self._known is None:
            # Made once for all kinds and regions of a sweep; it holds only who has tags.
            self._known = fan.once((__name__, self._reader.scope.id), lambda: dict(_marked(self._reader)))
        return self._known.get(f"{own[1] or own[2]}/{own[3]}", ())


def _marked(reader: Reader) -> Iterator[tuple[str, tuple[Found, ...]]]:
    for type_, name, held in (("user", "UserName", users(reader)), ("role", "RoleName", roles(reader))):
        for principal in held:
            if found := tuple((Clue.TAG, f"{key}={value}") for key, value in _tags(principal)):
                yield f"{type_}/{principal[name]}", found


def _details(reader: Reader, part: str) -> Iterator[Json]:
    for item in reader.read(_DETAILS, MaxItems=_PAGE):
        if part in item:
            yield cast("Json", item[part])


def _tags(principal: Json) -> Iterator[tuple[str, str]]:
    for tag in cast("list[Json]", principal.get("Tags") or []):
        yield str(tag["Key"]), str(tag["Value"])
