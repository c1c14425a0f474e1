"""CRC-32C as Google's APIs write it."""

from __future__ import annotations

import google_crc32c


def crc32c(data: bytes) -> str:
    """The checksum as the decimal text of an int64, which is how JSON carries it."""
    return str(google_crc32c.value(data))
