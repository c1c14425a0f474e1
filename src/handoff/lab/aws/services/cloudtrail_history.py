"""CloudTrail's event history: ministack's events with their names and callers, and each session that STS gave as the event that AWS would show.

source: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (read 2026-11-22). Ministack names events of the query protocol by
their HTTP method, says neither who called nor what STS gave, and shows a call into another account only to the caller.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGION = "eu-west-1"
"""Where STS was called: sessions do not say, and the lab has one region of its own."""

_MINTS = frozenset({"AssumeRole", "GetFederationToken", "GetSessionToken"})
"""Told from the sessions, which say who was given what; a call that was refused gave none, and is left out."""


class CloudtrailHistory(StandIn):
    """Newest first."""

    service = "cloudtrail"

    def LookupEvents(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every event of the account and region that has all attributes asked for."""
        wanted = {one["AttributeKey"]: one["AttributeValue"] for one in p.get("LookupAttributes") or []}
        since, until = (_seconds(p.get(name)) for name in ("StartTime", "EndTime"))
        found = [
            event
            for event in (*self._recorded(), *self._sessions())
            if (since is None or event["EventTime"] >= since) and (until is None or event["EventTime"] <= until) and _has(event, wanted)
        ]
        return {"Events": sorted(found, key=lambda event: event["EventTime"], reverse=True)}

    def _recorded(self) -> Iterator[dict[str, Any]]:
        from ministack.services import cloudtrail

        for event in list(cloudtrail._get_event_queue()):
            body = json.loads(event["CloudTrailEvent"])
            asked = body.get("requestParameters") or {}
            action = asked.get("Action")
            if action in _MINTS:
                continue
            if action:
                name = action[0] if isinstance(action, list) else action
                body |= {"eventName": name, "requestParameters": {_camel(key): value for key, value in asked.items() if key not in {"Action", "Version"}}}
            body["userIdentity"] |= _caller(event["AccessKeyId"])
            yield {**event, "EventName": body["eventName"], "CloudTrailEvent": json.dumps(body)}

    def _sessions(self) -> Iterator[dict[str, Any]]:
        from ministack.services import sts

        if self.account.region != REGION:
            return
        for key, session in list(sts._sessions.items()):
            if (event := _event(key, session, self.account.id)) is not None:
                body = {**event, "recipientAccountId": self.account.id, "awsRegion": REGION}
                yield {
                    "EventId": event["eventID"],
                    "EventName": event["eventName"],
                    "EventSource": "sts.amazonaws.com",
                    "EventTime": session["IssuedAt"],
                    "ReadOnly": "true",
                    "AccessKeyId": session.get("SourceAccessKeyId") or "",
                    "Resources": [{"ResourceType": "AWS::IAM::Role", "ResourceName": arn}] if (arn := event["requestParameters"].get("roleArn")) else [],
                    "CloudTrailEvent": json.dumps(body),
                }


def _event(key: str, session: Mapping[str, Any], account: str) -> dict[str, Any] | None:
    """The event as the account of the role, or of the user, is shown it."""
    source = str(session.get("SourcePrincipalArn") or "")
    # What ministack gives a function to run with has neither: no call of anybody began it.
    if session.get("AccountId") != account or not source:
        return None
    asked: dict[str, Any] = {"durationSeconds": int(session["Expiration"] - session["IssuedAt"])}
    answer: dict[str, Any] = {"credentials": {"accessKeyId": key, "expiration": _text(session["Expiration"])}}
    if session["PrincipalType"] == "AssumedRole":
        name = "AssumeRole"
        _, role, session_name = str(session["Arn"]).split("/", 2)
        asked |= {"roleArn": f"arn:aws:iam::{account}:role/{role}", "roleSessionName": session_name}
        answer["assumedRoleUser"] = {"assumedRoleId": session["UserId"], "arn": session["Arn"]}
    elif session["PrincipalType"] == "FederatedUser":
        name = "GetFederationToken"
        answer["federatedUser"] = {"federatedUserId": session["UserId"], "arn": session["Arn"]}
    else:
        name = "GetSessionToken"
    return {
        "eventVersion": "1.08",
        "userIdentity": _identity(source, session, account),
        "eventTime": _text(session["IssuedAt"]),
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "requestParameters": asked,
        "responseElements": answer,
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "eventType": "AwsApiCall",
    }


def _identity(source: str, session: Mapping[str, Any], account: str) -> dict[str, Any]:
    from ministack.services import iam

    home = source.split(":")[4]
    if home != account:
        # Of a caller from elsewhere AWS shows the account and an id, and no name.
        return {"type": "AWSAccount", "accountId": home, "principalId": "AIDA" + uuid.uuid5(uuid.NAMESPACE_URL, source).hex[:16].upper()}
    name = source.rsplit("/", 1)[-1]
    if ":assumed-role/" in source:
        role = source.split("/")[1]
        issuer = {"type": "Role", "arn": f"arn:aws:iam::{home}:role/{role}", "userName": role, "accountId": home}
        return {"type": "AssumedRole", "arn": source, "accountId": home, "sessionContext": {"sessionIssuer": issuer}}
    if source.endswith(":root"):
        return {"type": "Root", "arn": source, "accountId": home, "principalId": home}
    user = iam._users.get(name) or {}
    return {"type": "IAMUser", "arn": source, "accountId": home, "userName": name, "principalId": user.get("UserId", session["UserId"])}


def _caller(key: str) -> dict[str, Any]:
    """Who the key is of, while it is known."""
    from ministack.core.iam_evaluator import resolve_caller_identity

    found = resolve_caller_identity(key) or {}
    arn = str(found.get("userArn") or "")
    return {"arn": arn, "userName": arn.rsplit("/", 1)[-1]} if arn else {}


def _camel(name: str) -> str:
    """As CloudTrail writes parameters: `UserName` is `userName`."""
    return name[:1].lower() + name[1:]


def _has(event: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    for key, value in wanted.items():
        if key in {"ResourceName", "ResourceType"}:
            if not any(resource.get(key) == value for resource in event["Resources"]):
                return False
        elif event.get(key) != value:
            return False
    return True


def _seconds(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


STAND_IN = CloudtrailHistory
