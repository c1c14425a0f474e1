"""Names for resources to which the program gives none."""

from __future__ import annotations

import random
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.provider.record import Naming


def automatic(logical: str, naming: Naming, seed: bytes = b"") -> str:
    """Logical name, separator, random hexadecimal digits, as the vendors' own providers do; the same for the same seed."""
    digits = _hexadecimal(naming.digits, seed)
    base = logical.lower() if naming.lower else logical
    if naming.lower and not naming.separator:
        base = re.sub(r"[^a-z0-9]", "", base)
    room = naming.max_length - len(digits) - len(naming.separator)
    return f"{base[:room]}{naming.separator}{digits}"


def _hexadecimal(count: int, seed: bytes) -> str:
    if not seed:
        return secrets.token_hex(count)[:count]
    source = random.Random(seed)  # noqa: S311 - the engine's seed makes a name repeatable, not secret
    return "".join(source.choice("0123456789abcdef") for _ in range(count))
