"""What the start-up script of an instance tells about who it lets in. Only names leave this module: the script may hold secrets."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import ipaddress
import re
import zlib
from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACCOUNT = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):|\b(\d{12})\.dkr\.ecr\.")
_KEY = re.compile(r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) (AAAA[A-Za-z0-9+/]+={0,2})")
# What stands before an `@` may be a password, so only what follows it is taken.
_HOST = re.compile(r"(?:https?://(?:[^/\s@]*@)?|@)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".aws.amazon.com", ".on.aws")
_LINK_LOCAL = ipaddress.ip_network("169.254.0.0/16")


def text_of(value: str, *, where: str) -> str:
    """The script itself: base64 as the API gives it, perhaps packed. Raises CloudError for what is neither: unread is not harmless."""
    try:
        data = base64.b64decode(value, validate=True)
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", errors="replace")
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        raise CloudError(f"{where}: the user data cannot be read: {type(error).__name__}") from error


def clues(text: str, *, own: str) -> Iterator[tuple[Clue, str]]:
    """Accounts, SSH keys and hosts that it names, but not the account itself and not AWS's own hosts."""
    for account in sorted({one or two for one, two in _ACCOUNT.findall(text)} - {own}):
        yield Clue.AWS_ACCOUNT, account
    for blob in sorted(set(_KEY.findall(text))):
        yield from _fingerprints(blob)
    for host in sorted({host.lower().rstrip(".") for host in _HOST.findall(text)}):
        if not host.endswith(_AWS):
            yield from _of_host(host)


def _fingerprints(blob: str) -> Iterator[tuple[Clue, str]]:
    try:
        data = base64.b64decode(blob, validate=True)
    except binascii.Error:
        yield Clue.NAME, "an SSH key that cannot be read"
        return
    yield Clue.SSH_KEY, "SHA256:" + base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    yield Clue.SSH_KEY, ":".join(f"{byte:02x}" for byte in hashlib.md5(data, usedforsecurity=False).digest())


def _of_host(host: str) -> Iterator[tuple[Clue, str]]:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not host.replace(".", "").isdigit():
            yield Clue.EMAIL, f"any@{host}"
        return
    if address not in _LINK_LOCAL and not address.is_loopback:
        yield Clue.CIDR, f"{address}/{address.max_prefixlen}"
