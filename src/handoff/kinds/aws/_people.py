"""What several kinds ask about IAM users and roles: the list, and what tells whose they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

READS = frozenset({"iam:ListUsers", "iam:ListUserTags"})
MARK_READS = frozenset({"iam:ListRoleTags", "iam:ListUserTags"})

# An IAM user name may hold `@`, `.`, `+`, `=`, `,`, `-`: a mail address fits whole.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11-22)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def users(reader: Reader) -> Iterator[Json]:
    """Every IAM user of the account."""
    return reader.read("iam:ListUsers")


def clues(reader: Reader, user: Json) -> tuple[tuple[Clue, str], ...]:
    """Who the user is: its ARN, its tags, and mail addresses in its name or tags."""
    name = str(user["UserName"])
    tags = [(str(tag["Key"]), str(tag["Value"])) for tag in reader.read("iam:ListUserTags", UserName=name)]
    return (
        (Clue.AWS_ARN, str(user["Arn"])),
        *((Clue.TAG, f"{key}={value}") for key, value in tags),
        *mails(name, *(value for _, value in tags)),
    )


def mails(*texts: str) -> tuple[tuple[Clue, str], ...]:
    """Every mail address in these texts, in small letters."""
    return tuple((Clue.EMAIL, mail) for mail in sorted({mail.lower() for text in texts for mail in _EMAIL.findall(text)}))


class Marks:
    """Tags of principals that a policy or a grant names, asked once each.

    A role that was made for the provider lives in the client's account: its ARN says client, and only its tag says whose it really is.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, tuple[tuple[Clue, str], ...]] = {}

    def of(self, principal: str) -> tuple[tuple[Clue, str], ...]:
        """The tags, when the principal is a user or role of the account being read and still exists; else nothing."""
        if principal not in self._known:
            self._known[principal] = tuple(self._read(principal))
        return self._known[principal]

    def _read(self, principal: str) -> Iterator[tuple[Clue, str]]:
        own = re.fullmatch(rf"arn:[a-z-]+:iam::{self._reader.scope.id}:(user|role)/(?:.*/)?([^/*?]+)", principal)
        if own is None:
            return
        op, field = ("iam:ListUserTags", "UserName") if own[1] == "user" else ("iam:ListRoleTags", "RoleName")
        answer = self._reader.get(op, **{field: own[2]})
        for tag in cast("list[Json]", answer["Tags"]) if answer else ():
            yield Clue.TAG, f"{tag['Key']}={tag['Value']}"
