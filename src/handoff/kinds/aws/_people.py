"""What several kinds ask about IAM users: the list, and what tells whose they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader

READS = frozenset({"iam:ListUsers", "iam:ListUserTags"})

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
    mails = sorted({mail.lower() for text in (name, *(value for _, value in tags)) for mail in _EMAIL.findall(text)})
    return (
        (Clue.AWS_ARN, str(user["Arn"])),
        *((Clue.TAG, f"{key}={value}") for key, value in tags),
        *((Clue.EMAIL, mail) for mail in mails),
    )
