"""Trails that hand the account's audit log to a bucket, a topic or a log group of somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_BUCKET, _TOPIC, _LOGS = "bucket", "topic", "log group"


class TrailDelivery(Item):
    """One destination of one trail. A bucket cannot be taken off a trail, so the trail is stopped; a topic or a log group is taken off."""

    id = KindId("aws.trail_delivery")
    title = "CloudTrail trail delivered to another account"
    row = "A35"
    source = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # Events are delivered within about 5 minutes on average, and what happened before the cut still is.
    lag = Lag(
        settle_s=900, survives_s=0, source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html (read 2026-11-22)"
    )
    reads = frozenset({"cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "s3:ListBuckets"})
    writes = frozenset({"cloudtrail:StartLogging", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"})
    fences = frozenset({"cloudtrail:CreateTrail", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail"})
    creates = frozenset({"aws:cloudtrail/trail:Trail"})
    blind = (
        "Which account a bucket is of: S3 does not tell, only that it is not this one's; a trail of the organization that its management account owns can only be "
        "changed there; event data stores (CloudTrail Lake); who reads a bucket of the account's own (A19)."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every destination elsewhere of the trails that belong to this region."""
        trails = [one for one in reader.read("cloudtrail:DescribeTrails", includeShadowTrails=False) if one.get("HomeRegion") == reader.scope.region]
        own = _ends.own_buckets(reader) if trails else frozenset()
        for trail in trails:
            if _status(reader, str(trail["TrailARN"])) is False:
                continue
            for what, end in _elsewhere(trail, reader.scope.id, own):
                arn = str(trail["TrailARN"])
                yield AccessPath(
                    kind=self.id,
                    id=f"{arn}#{what}#{end}",
                    scope=reader.scope,
                    holder=f"whoever owns {what} {end}",
                    allows=f"get what trail {trail['Name']} records" + (" of the whole organization" if trail.get("IsOrganizationTrail") else ""),
                    clues=tuple(_clues(what, end, arn, reader.scope.id)),
                    detail={"trail": arn, "name": trail["Name"], "what": what, "end": end},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is delivered there, and what has to be put back."""
        found = reader.read("cloudtrail:DescribeTrails", trailNameList=[path.detail["trail"]], includeShadowTrails=False)
        trail = next((one for one in found if one["TrailARN"] == path.detail["trail"]), None)
        status = _status(reader, str(path.detail["trail"])) if trail else None
        if trail is None or status is None:
            return None
        what = str(path.detail["what"])
        if what == _BUCKET:
            return {"on": status} if trail.get("S3BucketName") == path.detail["end"] else None
        now = _topic(trail) if what == _TOPIC else str(trail.get("CloudWatchLogsLogGroupArn") or "")
        if now not in {"", path.detail["end"]}:
            return None
        role = {"role": trail.get("CloudWatchLogsRoleArn") or ""} if what == _LOGS else {}
        return {"on": now == path.detail["end"], **(role if now else {})}

    def disable_effect(self, path: AccessPath, /) -> str:
        """By destination; nothing for a trail of another account."""
        if not self._is_own(path):
            return ""
        if path.detail["what"] == _BUCKET:
            return f"trail {path.detail['name']} is stopped, so that nothing more goes to {path.detail['end']}; have another one of the client's own record; undone by starting it"
        return f"{path.detail['what']} {path.detail['end']} is taken off trail {path.detail['name']}, which goes on to record; undone by putting it back"

    def manual_effect(self, path: AccessPath, /) -> str:
        """What only the management account can do."""
        if self._is_own(path):
            return ""
        return f"whoever runs account {_ends.account_of(str(path.detail['trail']))} takes this account out of trail {path.detail['name']}, or the account leaves the organization"

    def is_off(self, state: Json, /) -> bool:
        """Nothing is delivered there."""
        return not state["on"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Stop, or take off."""
        trail, what = path.detail["trail"], path.detail["what"]
        if what == _BUCKET:
            yield writer.write("cloudtrail:StopLogging", Name=trail)
        elif what == _TOPIC:
            yield writer.write("cloudtrail:UpdateTrail", Name=trail, SnsTopicName="")
        else:
            yield writer.write("cloudtrail:UpdateTrail", Name=trail, CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Start, or put back."""
        trail, what, end = path.detail["trail"], path.detail["what"], path.detail["end"]
        if what == _BUCKET:
            yield writer.write("cloudtrail:StartLogging", Name=trail)
        elif what == _TOPIC:
            yield writer.write("cloudtrail:UpdateTrail", Name=trail, SnsTopicName=end)
        else:
            yield writer.write("cloudtrail:UpdateTrail", Name=trail, CloudWatchLogsLogGroupArn=end, CloudWatchLogsRoleArn=before["role"])

    def _is_own(self, path: AccessPath) -> bool:
        return _ends.account_of(str(path.detail["trail"])) == path.scope.id


def _status(reader: Reader, trail: str) -> bool | None:
    answer = reader.get("cloudtrail:GetTrailStatus", Name=trail)
    return None if answer is None else bool(answer.get("IsLogging"))


def _topic(trail: Json) -> str:
    return str(trail.get("SnsTopicARN") or trail.get("SnsTopicName") or "")


def _elsewhere(trail: Json, account: str, own: frozenset[str]) -> Iterator[tuple[str, str]]:
    bucket, topic, logs = str(trail.get("S3BucketName") or ""), _topic(trail), str(trail.get("CloudWatchLogsLogGroupArn") or "")
    if bucket and bucket not in own:
        yield _BUCKET, bucket
    if _ends.is_elsewhere(topic, account):
        yield _TOPIC, topic
    if _ends.is_elsewhere(logs, account):
        yield _LOGS, logs


def _clues(what: str, end: str, trail: str, account: str) -> Iterator[tuple[Clue, str]]:
    if what == _BUCKET:
        yield Clue.NAME, end
        if (owner := _ends.account_of(trail)) != account:
            yield Clue.AWS_ACCOUNT, owner
    else:
        yield from _ends.of_arn(end)


KIND: Kind = TrailDelivery()
