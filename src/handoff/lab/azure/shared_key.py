"""Shared Key signatures of the blob service: made for azurite, checked for callers.

source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (read 2026-11-22)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


def signature(key: str, text: str) -> str:
    """HMAC-SHA256 with the account's key, in base64."""
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode("utf-8"), hashlib.sha256).digest()).decode("ascii")


def text_to_sign(method: str, headers: Mapping[str, str], resource_path: str, query: Iterable[tuple[str, str]]) -> str:
    """The string that both sides sign; `headers` in lower case, `resource_path` as `/ACCOUNT/PATH` still percent-encoded, `query` decoded."""
    fixed = [("" if name == "content-length" and headers.get(name) == "0" else headers.get(name, "")) for name in _SIGNED_HEADERS]
    if "x-ms-date" in headers:
        fixed[_SIGNED_HEADERS.index("date")] = ""
    ours = "".join(f"{name}:{value}\n" for name, value in sorted((n, v) for n, v in headers.items() if n.startswith("x-ms-")))
    grouped: dict[str, list[str]] = {}
    for name, value in query:
        grouped.setdefault(name.lower(), []).append(value)
    asked = "".join(f"\n{name}:{','.join(sorted(values))}" for name, values in sorted(grouped.items()))
    return "\n".join([method, *fixed]) + "\n" + ours + resource_path + asked
