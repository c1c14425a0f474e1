"""What CloudTrail's event history tells: who called, and which sessions were minted.

The history holds 90 days of management events of one region; an event is there about 15 minutes after the call.
source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from handoff import fan
from handoff.errors import CloudError
from handoff.kinds.aws import _clues, _people
from handoff.model import Clue

if TYPE_CHECKING:
    from handoff.model import Reader

READS = frozenset({"cloudtrail:LookupEvents"})

# Longest life of what each call mints, for an event that does not say how long was asked for.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html (read 2026-11-22)
_LONGEST: Mapping[str, timedelta] = {
    "AssumeRole": timedelta(hours=12),
    "AssumeRoleWithSAML": timedelta(hours=12),
    "AssumeRoleWithWebIdentity": timedelta(hours=12),
    "GetFederationToken": timedelta(hours=36),
    "GetSessionToken": timedelta(hours=36),
}
# How CloudTrail writes when credentials end; newer events have a comma more.
_WRITTEN = ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """One session that one event shows."""

    bearer_type: str
    """`Role` or `User`."""
    bearer_name: str
    bearer_arn: str
    bearer_id: str
    by: str
    """Who minted it, as the event writes it: an ARN, an account, a service, a federated subject."""
    issued: datetime
    until: datetime
    clues: tuple[tuple[Clue, str], ...]


def minted(reader: Reader, now: datetime) -> Iterator[Minted]:
    """Every session of a role or user of the scope's account that was minted in its region and may live at `now`."""
    # To the full hour, so that all who ask within one sweep ask the same.
    hour = now.replace(minute=0, second=0, microsecond=0)
    for found in fan.each(lambda name: list(events(reader, name, hour - _LONGEST[name])), _LONGEST):
        for event in found:
            session = _minted(event, reader.scope.id)
            if session is not None:
                yield session


def events(reader: Reader, name: str, since: datetime | None = None) -> Iterator[Mapping[str, object]]:
    """Every call of this name that succeeded, in the region, since then or as far back as the history goes; newest first."""
    attribute = {"AttributeKey": "EventName", "AttributeValue": name}
    start = {"StartTime": since.isoformat()} if since else {}
    for item in reader.read("cloudtrail:LookupEvents", LookupAttributes=[attribute], **start):
        try:
            event = json.loads(str(item["CloudTrailEvent"]))
        except (KeyError, ValueError) as error:
            raise CloudError(f"cloudtrail:LookupEvents: event {item.get('EventId')} is not one") from error
        if not event.get("errorCode"):
            yield event


def _minted(event: Mapping[str, object], account: str) -> Minted | None:
    answer, asked, who = (part(event, name) for name in ("responseElements", "requestParameters", "userIdentity"))
    name, issued = str(event["eventName"]), datetime.fromisoformat(str(event["eventTime"]))
    until = _ends(part(answer, "credentials").get("expiration")) or issued + _asked(asked.get("durationSeconds"), _LONGEST[name])
    if name.startswith("AssumeRole"):
        arn, bearer_id, kind = str(asked.get("roleArn", "")), str(part(answer, "assumedRoleUser").get("assumedRoleId", "")).partition(":")[0], "Role"
    else:
        arn, bearer_id, kind = str(who.get("arn", "")), str(who.get("principalId", "")), "User"
    # The caller's account has the same event of a role in another account; the root user takes no policy.
    if not bearer_id or f"::{account}:{kind.lower()}/" not in arn:
        return None
    by, clues = caller(event, account)
    return Minted(
        bearer_type=kind, bearer_name=arn.rsplit("/", 1)[-1], bearer_arn=arn, bearer_id=bearer_id, by=by, issued=issued, until=until, clues=tuple(clues)
    )


def _ends(written: object) -> datetime | None:
    """source: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (read 2026-11-22)."""
    # A narrow blank stands before AM and PM in newer events.
    text = " ".join(str(written or "").split())
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _asked(seconds: object, longest: timedelta) -> timedelta:
    return timedelta(seconds=int(str(seconds))) if seconds else longest


def caller(event: Mapping[str, object], account: str) -> tuple[str, list[tuple[Clue, str]]]:
    """Who called, as the event writes it, and what that tells.

    source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html (read 2026-11-22)
    """
    who, answer = part(event, "userIdentity"), part(event, "responseElements")
    kind, provider, subject = (str(who.get(name, "")) for name in ("type", "identityProvider", "userName"))
    if kind == "AWSService":
        service = str(who.get("invokedBy", ""))
        return service, [(Clue.AWS_SERVICE, service)]
    if kind == "WebIdentityUser":
        issuer = provider.split(":oidc-provider/", 1)[-1].removeprefix("https://")
        return f"https://{issuer} {subject}", [(Clue.OIDC, f"https://{issuer} {subject}")]
    if kind == "SAMLUser":
        entity = str(answer.get("issuer") or provider)
        return f"{entity} {subject}", [(Clue.SAML, entity), *_people.mails(subject)]
    issuer_arn = str(part(part(who, "sessionContext"), "sessionIssuer").get("arn", ""))
    arn = issuer_arn or str(who.get("arn") or who.get("accountId") or who.get("principalId") or "unknown")
    # That a user lives in the estate does not make it the client's: the provider's users live there too.
    found = [(clue, value) for clue, value in _clues.of_arn(arn) if not (clue is Clue.AWS_ACCOUNT and f"::{account}:user/" in arn)]
    return arn, [*found, *_people.mails(arn.rsplit("/", 1)[-1])]


def part(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The part of that name; an empty one when there is none."""
    found = whole.get(name)
    return found if isinstance(found, Mapping) else {}
