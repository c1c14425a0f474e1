"""S3 buckets and the settings that belong to them: split resources, or properties of the bucket itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.model import Verdict, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule
    from handoff.controls.resource import Resource, Stack

    Exempt = Callable[[Resource, Stack], str]
    Inline = Mapping[str, tuple[str, LinkedRule]]

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
LOGGING = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
SENDERS: Mapping[str, str] = {BALANCER: "accessLogs.bucket", BUCKETS[0]: "logging.targetBucket", BUCKETS[1]: "loggings[0].targetBucket"}
"""What else sends access logs to a bucket, and where it names the bucket."""
SINKS: Mapping[str, str] = {
    "aws:cloudtrail/trail:Trail": "s3BucketName",
    "aws:cfg/deliveryChannel:DeliveryChannel": "s3BucketName",
    "aws:ec2/flowLog:FlowLog": "logDestination",
}
"""What writes audit logs into a bucket, and the property that names it."""
_BACKUP = re.compile(r"(?:^|[^a-z])backups?(?:[^a-z]|$)")
_LOG = re.compile(r"(?:^|[^a-z])(?:logs?|audit|trail)(?:[^a-z]|$)")


def spellings(kinds: tuple[str, ...], *paths: str) -> dict[str, tuple[str, ...]]:
    """Both names of a split setting, for `reads`. The plain one ends with a star: its arguments share their name with a nested block of the bucket."""
    return {(one if one.endswith("V2") else f"{one.rpartition(':')[0]}:*"): ("bucket", *paths) if one.endswith("V2") else paths for one in kinds}


def every_bucket(kinds: tuple[str, ...], rule: LinkedRule, says: str, *, inline: Inline | None = None, exempt: Exempt | None = None) -> LinkedRule:
    """Every bucket has such a setting, and every setting satisfies the rule; what is wrong with a setting is said of the setting.

    `inline`: per type of bucket its own property that counts as well, with the rule over the bucket. `exempt`: why it is not asked of a bucket, if so.
    """

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        is_bucket = resource.type in BUCKETS
        findings = list(_bucket(resource, stack, context, kinds, inline or {}, says) if is_bucket else rule(resource, stack, context))
        if exempt is not None and any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in findings):
            owner = resource if is_bucket else owner_of(resource, stack)
            reason = exempt(owner, stack) if owner is not None else ""
            if reason:
                yield not_applicable(reason)
                return
        yield from findings

    return linked


def _bucket(bucket: Resource, stack: Stack, context: Context, kinds: tuple[str, ...], inline: Inline, says: str) -> Iterator[Finding]:
    path, rule = inline.get(bucket.type, ("", None))
    if rule is not None and bucket.get(path) not in (None, "", [], {}):
        yield from rule(bucket, stack, context)
        return
    certain = True
    for kind in kinds:
        settings, known = stack.settings_of(bucket, kind, "bucket", identity="bucket")
        if settings:
            return
        certain = certain and known
    yield fail(says) if certain else unknown("whether such a setting belongs to it is not known: one of them names its bucket only at the update")


def owner_of(setting: Resource, stack: Stack) -> Resource | None:
    """The bucket of this stack that a setting belongs to."""
    made = stack.made_from(setting, "bucket", *BUCKETS)
    name = setting.get("bucket")
    if made or not isinstance(name, str):
        return made[0] if made else None
    return next((one for one in stack.called(("bucket",), name) if one.type in BUCKETS), None)


def takes_access_logs(bucket: Resource, stack: Stack) -> bool:
    """Whether S3 or a load balancer delivers access logs into it."""
    if any(stack.settings_of(bucket, kind, "targetBucket", identity="bucket")[0] for kind in LOGGING):
        return True
    known = _receivers(stack)
    name = bucket.get("bucket")
    return bucket.urn in known or (isinstance(name, str) and name in known)


def _receivers(stack: Stack) -> frozenset[object]:
    """URNs and names of the buckets that balancers and the like deliver to; worked out once."""
    known = stack.memo.get("baseline aws log receivers")
    if not isinstance(known, frozenset):
        senders = [(one, path) for kind, path in SENDERS.items() for one in stack.of(kind)]
        urns = {each.urn for one, path in senders for each in stack.linked(one, path)}
        names = {name for one, path in senders if isinstance(name := one.get(path), str)}
        known = stack.memo["baseline aws log receivers"] = frozenset(urns | names)
    return known


def holds(bucket: Resource, stack: Stack) -> str:
    """`logs` or `backups`, by what writes there and else by its name; empty for any other content."""
    if any(stack.settings_of(bucket, kind, by, identity="bucket")[0] for kind, by in SINKS.items()):
        return "logs"
    return named_for(bucket.name, bucket.get("bucket"))


def named_for(*names: object) -> str:
    """`logs` or `backups` when one of the names says so."""
    text = " ".join(one.lower() for one in names if isinstance(one, str))
    if _BACKUP.search(text):
        return "backups"
    return "logs" if _LOG.search(text) else ""


def target(resource: Resource, stack: Stack, context: Context, path: str) -> Iterator[Finding]:
    """The setting names a bucket that logs go to."""
    del context
    for at, value in resource.each(path):
        if value is UNKNOWN and not any(one.type in BUCKETS for one in stack.linked(resource, at)):
            yield unknown(f"{at} {LATER}", at)
        elif value == "":
            yield fail("names no bucket for its access log", at)
    if resource.get(path) is None:
        yield fail("names no bucket for its access log", path)
