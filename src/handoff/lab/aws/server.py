"""Where the gateway stands in ministack's server: behind the reading of the request and before every service."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from handoff.lab.aws import scp
from handoff.lab.aws.catalogue import Catalogue
from handoff.lab.aws.control import Control
from handoff.lab.aws.gateway import Gateway
from handoff.lab.aws.request import Request
from handoff.lab.aws.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from handoff.lab.aws.request import Answer
    from handoff.lab.aws.standin import StandIn


def run(file: Path, stand_ins: Iterable[type[StandIn]]) -> None:
    """Serves until the process is told to end; the stand-ins' tables are read from the file and written back to it."""
    state = State(file)
    state.load()
    try:
        _serve(Gateway(Catalogue(state, stand_ins), Control()))
    finally:
        state.save()


def _serve(gateway: Gateway) -> None:
    from ministack import app

    special, service = app._handle_special_data_plane_request, app._dispatch_service_request

    async def through(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, list[str]],
        request_id: str,
        **more: Any,  # noqa: ANN401
    ) -> Answer:
        raw_path = more.get("raw_path") or quote(path)
        request = Request(id=request_id, method=method, path=path, raw_path=raw_path, query=query_params, headers=headers, body=body)

        async def behind(asked: Request) -> Answer:
            given = (asked.method, asked.path, dict(asked.headers), asked.body, dict(asked.query), asked.id)
            answer: Answer | None = await special(*given, **more)
            found: Answer = answer if answer is not None else await service(*given)
            return found

        return await gateway.answer(request, behind)

    app._handle_special_data_plane_request = through
    scp.install()
    sys.argv = sys.argv[:1]
    app.main()
