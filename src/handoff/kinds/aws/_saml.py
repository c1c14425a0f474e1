"""What SAML metadata tells about who issues assertions."""

from __future__ import annotations

import re

_ENTITY_ID = re.compile(r"""entityID\s*=\s*["']([^"']+)["']""")


def entity(metadata: object) -> str | None:
    """The entity id that a metadata document names, or None when it names none."""
    found = _ENTITY_ID.search(str(metadata or ""))
    return found[1] if found else None
