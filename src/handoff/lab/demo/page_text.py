"""Text for the page: everything from the story is escaped here, and what looks like a credential is left out."""

from __future__ import annotations

import re
from html import escape

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+"
    r"|(?<=AccountKey=)[\w+/=]{20,}"
    r"|(?<=[?&]sig=)[\w%+/=-]{20,}"
    r"|(?<=Signature=)[0-9a-f]{40,}"
    r"|(?:(?<=secret_access_key)|(?<=SecretAccessKey)|(?<=client_secret)|(?<=clientSecret)|(?<=secretText)|(?<=privateKeyData)|(?<=private_key)|(?<=password)|(?<=Password))[\"']?\s*[:=]\s*[\"']?[^\s\"',}]{8,}",
    re.DOTALL,
)
"""A second net: commands do not print secrets, and the page takes no field that could hold one."""


def text(value: object) -> str:
    """Any value of the story as HTML text, also fit for an attribute in double quotes."""
    return escape(_SECRETS.sub(" [left out] ", str(value)), quote=True)


def breakable(value: object) -> str:
    """A long identifier, with places where a line may end."""
    return re.sub(r"(?<=[/:#@|])(?=[\w])", "<wbr>", text(value)).replace("&amp;#<wbr>", "&amp;#")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 listing`, `2 listings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """`0.8 s`, `41 s`, `1 min 52 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def size(count: float) -> str:
    """Bytes for people."""
    value = float(count)
    for unit in ("bytes", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"
