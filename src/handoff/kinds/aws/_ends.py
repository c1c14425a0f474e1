"""Where something leads: accounts, hosts and mail addresses that ARNs and addresses name. Of an address only the host is kept: the rest may be its secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff.kinds.aws import _people
from handoff.model import Clue

if TYPE_CHECKING:
    from handoff.model import Reader

Found = tuple[Clue, str]

_ACCOUNT = re.compile(r"\d{12}")


def account_of(arn: str) -> str:
    """The account id of an ARN; empty when it has none."""
    account = (arn.split(":", 5) + [""] * 6)[4] if arn.startswith("arn:") else ""
    return account if _ACCOUNT.fullmatch(account) else ""


def is_elsewhere(arn: str, account: str) -> bool:
    """True when an ARN names an account and not this one."""
    return account_of(arn) not in {"", account}


def host_of(url: str) -> str:
    """The host of an address, with or without its scheme; empty when it has none."""
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()


def of_arn(arn: str) -> tuple[Found, ...]:
    """Whose the thing is that an ARN names: that of its account; without one, only the name is known."""
    account = account_of(arn)
    return ((Clue.AWS_ACCOUNT, account),) if account else ((Clue.NAME, arn),)


def of_url(url: str) -> tuple[Found, ...]:
    """Whose the address is."""
    host = host_of(url)
    return ((Clue.DOMAIN, host),) if host else ()


def of_mail(address: str) -> tuple[Found, ...]:
    """Whose the mailbox is."""
    return _people.mails(address)


def own_buckets(reader: Reader) -> frozenset[str]:
    """Names of the account's own buckets: the ARN of a bucket does not tell its account."""
    return frozenset(str(bucket["Name"]) for bucket in reader.read("s3:ListBuckets"))


def bucket_of(arn: str) -> str:
    """The bucket's name in its ARN."""
    return arn.rpartition(":::")[2].split("/", 1)[0]
