"""Notes in ministack's CloudTrail of what ministack did not serve itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.lab.aws.request import Operation, Request


def note(request: Request, operation: Operation) -> None:
    """One event, as ministack writes them of its own calls; nothing when it is told not to record."""
    from ministack.core.responses import get_region
    from ministack.core.router import extract_access_key_id
    from ministack.services import cloudtrail

    if not cloudtrail._recording_enabled:
        return
    key = extract_access_key_id(dict(request.headers), dict(request.query)) or ""
    cloudtrail.record_event(
        service=operation.signing_name,
        event_name=operation.name,
        username=key,
        access_key_id=key,
        resources=[],
        region=get_region(),
        request_id=request.id,
        user_agent=request.headers.get("user-agent", ""),
        request_params={},
        method=request.method,
    )
