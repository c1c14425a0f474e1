"""The activity log: every ARM write, delete and action, done or refused, with its caller.

Shape: https://learn.microsoft.com/rest/api/monitor/activity-logs/list (read 2026-11-22).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from handoff.lab.azure import odata, rbac
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.world import moment, stamp

if TYPE_CHECKING:
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World


def record(world: World, caller: Caller, *, method: str, action: str, resource_id: str, status: int) -> None:
    """Append one event."""
    number = str(uuid.uuid4())
    subscription = rbac.subscription_of(resource_id)
    if subscription is None:
        return
    parts = resource_id.split("/")
    provider = action.partition("/")[0]
    done = "Succeeded" if status < 400 else "Failed"
    world.record(
        {
            "authorization": {"action": action, "scope": resource_id},
            "caller": caller.object_id,
            "channels": "Operation",
            "claims": {key: str(caller.claims.get(key, "")) for key in ("appid", "tid", "oid", "uti")},
            "correlationId": number,
            "eventDataId": number,
            "eventName": {"value": "EndRequest", "localizedValue": "End request"},
            "category": {"value": "Administrative", "localizedValue": "Administrative"},
            "eventTimestamp": stamp(),
            "submissionTimestamp": stamp(),
            "httpRequest": {"clientRequestId": number, "clientIpAddress": "127.0.0.1", "method": method},
            "id": f"{resource_id}/events/{number}",
            "level": "Informational" if status < 400 else "Error",
            "operationId": number,
            "operationName": {"value": action, "localizedValue": action},
            "resourceGroupName": parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else "",
            "resourceProviderName": {"value": provider, "localizedValue": provider},
            "resourceId": resource_id,
            "status": {"value": done, "localizedValue": done},
            "subStatus": {"value": str(status), "localizedValue": str(status)},
            "subscriptionId": subscription,
            "tenantId": rbac.tenant_of(world, resource_id),
        }
    )


def listed(world: World, subscription: str, filter_text: str) -> list[Record]:
    """Events of a subscription that fit the filter, newest first; the filter has to name a start time, as the vendor asks."""
    if "eventtimestamp" not in filter_text.lower():
        raise ArmRefusal(400, "BadRequest", "The $filter has to hold 'eventTimestamp ge ...'.")
    try:
        test = odata.compiled(filter_text)
    except odata.UnsupportedFilter as error:
        raise ArmRefusal(400, "BadRequest", str(error)) from error
    mine = [event for event in world.activity if event["subscriptionId"] == subscription.lower()]
    return [event for event in reversed(mine) if test(_comparable(event))]


def _comparable(event: Record) -> Record:
    """The event with the names that filters use, and times that compare as text."""
    return {
        **event,
        "resourceUri": event["resourceId"],
        "eventTimestamp": moment(event["eventTimestamp"]).isoformat(),
        "resourceProvider": event["resourceProviderName"]["value"],
        "status": event["status"]["value"],
    }
