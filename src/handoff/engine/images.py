"""What counts as the same state of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import canonical

if TYPE_CHECKING:
    from handoff.model import Json

AROUND = "_around"
"""Member of an image that is kept for an exact inverse and not compared: what stands around the path's own share, which others may change."""


def digest(image: Json | None) -> str:
    """Digest of the state that a path's steps touch."""
    return canonical.digest(image if image is None else {name: value for name, value in image.items() if name != AROUND})
