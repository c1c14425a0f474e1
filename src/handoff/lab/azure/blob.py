"""Placeholder until the proxy is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.azure.refusals import BlobRefusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from handoff.lab.azure.backend import Backend
    from handoff.lab.azure.world import World


async def answer(world: World, backend: Backend, request: Request) -> Response:
    """Refuse."""
    raise BlobRefusal(501, "NotImplemented", "The proxy is not here yet.")
