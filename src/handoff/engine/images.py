"""What counts as the same state of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import canonical
from handoff.model import AROUND

if TYPE_CHECKING:
    from handoff.model import Json


def digest(image: Json | None) -> str:
    """Digest of the state that a path's steps touch."""
    return canonical.digest(image if image is None else {name: value for name, value in image.items() if name != AROUND})
