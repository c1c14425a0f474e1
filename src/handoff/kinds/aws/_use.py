"""Whether a key or a role's trust was used lately, as CloudTrail's event history shows it.

The history holds 90 days of management events of one region, newest first; data events, such as reading an object, are not in it.
source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html (read 2026-11-22)
source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.model import Use

if TYPE_CHECKING:
    from handoff.model import Reader

USES = frozenset({"cloudtrail:LookupEvents"})


def of_key(reader: Reader, key_id: str, since: datetime) -> Iterator[Use]:
    """Every call that one access key made."""
    return (_use(event) for event in _events(reader, "AccessKeyId", key_id, since))


def of_trust(reader: Reader, role_arn: str, principal: str, since: datetime) -> Iterator[Use]:
    """Every session of a role that was begun by the principal that its trust names."""
    for event in _events(reader, "ResourceName", role_arn, since):
        if str(event.get("eventName", "")).startswith("AssumeRole") and not event.get("errorCode") and _is_by(event, principal):
            yield _use(event)


def _events(reader: Reader, key: str, value: str, since: datetime) -> Iterator[Mapping[str, object]]:
    attributes = [{"AttributeKey": key, "AttributeValue": value}]
    for item in reader.read("cloudtrail:LookupEvents", LookupAttributes=attributes, StartTime=since.isoformat()):
        try:
            event = json.loads(str(item["CloudTrailEvent"]))
            datetime.fromisoformat(str(event["eventTime"]))
        except (KeyError, ValueError) as error:
            raise CloudError(f"cloudtrail:LookupEvents: event {item.get('EventId')} is not one") from error
        yield event


def _use(event: Mapping[str, object]) -> Use:
    who = _part(event, "userIdentity")
    return Use(
        at=datetime.fromisoformat(str(event["eventTime"])),
        by=str(who.get("arn") or who.get("accountId") or who.get("invokedBy") or who.get("principalId") or "unknown"),
        source=_source(event, who),
        what=f"{str(event.get('eventSource', '')).removesuffix('.amazonaws.com')}:{event.get('eventName', '')}",
        line=f"CloudTrail event {event.get('eventID', '')} in {event.get('awsRegion', '')} at {event['eventTime']}",
    )


def _source(event: Mapping[str, object], who: Mapping[str, object]) -> str:
    """A service of AWS, a VPC endpoint with its owner's account, or an address."""
    if who.get("invokedBy"):
        return str(who["invokedBy"])
    if event.get("vpcEndpointId"):
        return f"{event['vpcEndpointId']}@{event.get('vpcEndpointAccountId', '')}"
    return str(event.get("sourceIPAddress", ""))


def _is_by(event: Mapping[str, object], principal: str) -> bool:
    """A trust names an account, a user, a role (whose sessions show as its issuer), a service or a federation."""
    who = _part(event, "userIdentity")
    issuer = _part(_part(who, "sessionContext"), "sessionIssuer")
    account = (principal.split(":", 5) + [""] * 6)[4] if principal.startswith("arn:") else principal
    if principal == "*" or principal in {who.get("arn"), issuer.get("arn"), who.get("invokedBy"), who.get("identityProvider"), who.get("principalId")}:
        return True
    return (principal == account or principal.endswith(":root")) and account in {who.get("accountId"), issuer.get("accountId")}


def _part(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}
