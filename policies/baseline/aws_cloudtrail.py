"""CloudTrail: everywhere, unforgeable, watched, and down to the objects of the client's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import TRAIL
from handoff_policies.baseline._aws_s3 import BUCKETS
from handoff_policies.baseline._aws_types import names_one

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import every, exists, is_true, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
OBJECT = "AWS::S3::Object"
REGULATED = frozenset({"confidential", "restricted"})
_ALL_OBJECTS = re.compile(r"arn:aws[a-z-]*:s3(?::::?)?\*?$")
_BASIC, _ADVANCED = "eventSelectors", "advancedEventSelectors"
SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("audit", description="Audit log", enable_key_rotation=True)
group = aws.cloudwatch.LogGroup("trail", retention_in_days=400)
role = aws.iam.Role("trail", assume_role_policy='{"Version": "2012-10-17", "Statement": []}')
aws.cloudtrail.Trail(
    "audit",
    s3_bucket_name="acme-audit",
    is_multi_region_trail=True,
    enable_logging=True,
    enable_log_file_validation=True,
    kms_key_id=key.arn,
    cloud_watch_logs_group_arn=group.arn.apply(lambda arn: f"{arn}:*"),
    cloud_watch_logs_role_arn=role.arn,
    event_selectors=[
        {
            "read_write_type": "All",
            "include_management_events": True,
            "data_resources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}],
        }
    ],
)
"""
_CLOUDTRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Whose object events one trail logs."""

    everything: bool = False
    unsure: bool = False
    names: tuple[str, ...] = ()
    """ARNs of buckets, or of what they hold."""
    urns: frozenset[str] = frozenset()

    def covers(self, bucket: Resource) -> bool:
        """Whether it logs the objects of this bucket."""
        name = bucket.get("bucket")
        named = isinstance(name, str) and any(re.fullmatch(rf"arn:aws[a-z-]*:s3:::{re.escape(name)}(/\*?)?", one) for one in self.names)
        return self.everything or named or bucket.urn in self.urns


def object_events(stack: Stack, context: Context) -> Iterator[Finding]:
    """The trails of the stack log object events of every bucket that holds regulated data."""
    trails = stack.of(TRAIL)
    if not trails:
        yield not_applicable("this stack makes no trail")
        return
    if context.engagement.data and not any(one.sensitivity in REGULATED for one in context.engagement.data):
        yield not_applicable("no data class is confidential or restricted")
        return
    covers = [_coverage(one, stack) for one in trails]
    buckets = [one for one in stack.of(*BUCKETS) if any(each.sensitivity in REGULATED for each in context.classes(one))]
    if not any(one.everything or one.unsure or one.names or one.urns for one in covers):
        yield fail("logs no event of objects in S3", _BASIC, urn=trails[0].urn)
        return
    for bucket in buckets:
        if any(one.covers(bucket) for one in covers):
            yield passed("a trail logs its object events", urn=bucket.urn)
        elif any(one.unsure for one in covers):
            yield unknown("whether a trail logs its object events is not known before the update", urn=bucket.urn)
        else:
            yield fail("holds regulated data, and no trail of the stack logs its object events", urn=bucket.urn)
    if not buckets and all(one.unsure for one in covers):
        yield unknown("whose object events it logs is not known before the update", _BASIC, urn=trails[0].urn)
    elif not buckets:
        yield passed("object events are logged", urn=trails[0].urn)


def _coverage(trail: Resource, stack: Stack) -> Coverage:
    names: list[str] = []
    unsure = False
    for selector in (*_items(trail, _BASIC), *_items(trail, _ADVANCED)):
        found = _selected(selector)
        names += [one for one in found if isinstance(one, str)]
        unsure = unsure or any(one is UNKNOWN for one in found)
    linked = {one.urn for path in (_BASIC, _ADVANCED) for one in stack.linked(trail, path) if one.type in BUCKETS} if names or unsure else set()
    return Coverage(everything=any(map(_ALL_OBJECTS.fullmatch, names)), unsure=unsure, names=tuple(names), urns=frozenset(linked))


def _items(trail: Resource, path: str) -> list[object]:
    return [one for _, one in trail.each(f"{path}[*]")]


def _selected(selector: object) -> list[object]:
    """ARNs whose object events one selector logs, as far as they are known."""
    if not isinstance(selector, dict):
        return [UNKNOWN] if selector is UNKNOWN else []
    fields = selector.get("fieldSelectors")
    if fields is not None:
        return _advanced(fields)
    if selector.get("readWriteType") == "ReadOnly":
        return []
    resources = selector.get("dataResources")
    rows = [one for one in resources if isinstance(one, dict)] if isinstance(resources, list) else []
    unsure = resources is UNKNOWN or (isinstance(resources, list) and UNKNOWN in resources)
    found: list[object] = [UNKNOWN] if unsure else []
    for row in rows:
        values = row.get("values")
        if row.get("type") == OBJECT:
            found += values if isinstance(values, list) else [values]
        elif row.get("type") is UNKNOWN:
            found.append(UNKNOWN)
    return found


def _advanced(fields: object) -> list[object]:
    rows = [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else None
    if rows is None:
        return [UNKNOWN] if fields is UNKNOWN else []
    by_field = {one["field"]: one for one in rows if isinstance(one.get("field"), str)}
    kinds = by_field.get("resources.type", {}).get("equals")
    if kinds is UNKNOWN or (isinstance(kinds, list) and UNKNOWN in kinds):
        return [UNKNOWN]
    if not isinstance(kinds, list) or OBJECT not in kinds or by_field.get("readOnly", {}).get("equals") == ["true"]:
        return []
    places = by_field.get("resources.ARN")
    if places is None:
        return ["arn:aws:s3"]
    begins = places.get("startsWiths")
    return begins if isinstance(begins, list) else [UNKNOWN]


CONTROLS = (
    Control(
        id="aws-cloudtrail-trail",
        title="A trail logs every region",
        why="Who used which access cannot be shown at the exit when nobody wrote it down during the term.",
        fix="Make a Trail with isMultiRegionTrail true, and leave enableLogging on.",
        blind="Trails of the organization and of other stacks.",
        source=f"{_CLOUDTRAIL}/receive-cloudtrail-log-files-from-multiple-regions.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A12",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 PI1.3", iso="~A.8.15 A.8.16"),
        looks_at={TRAIL: ("isMultiRegionTrail", "enableLogging")},
        evaluate_stack=exists(
            "aws",
            (TRAIL,),
            "has no trail, and the environment lives on AWS",
            rule=every(is_true("isMultiRegionTrail", "logs one region only"), is_true("enableLogging", "does not log", default=True)),
        ),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cloudtrail-validation",
        title="Trails sign their log files",
        why="Without the digest nobody can tell whether a log file was changed after it was written.",
        fix="Set enableLogFileValidation to true.",
        blind="Whether anybody checks the digests.",
        source=f"{_CLOUDTRAIL}/cloudtrail-log-file-validation-intro.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("A13",),
        maps=Maps(nist="AU-9 AU-9(2) AU-9(3)", hipaa="312(c)(1) 312(c)(2)", pci="10.3.3 10.3.4", soc2="CC7.3", iso="A.8.15"),
        reads={TRAIL: ("enableLogFileValidation",)},
        remedy={"enableLogFileValidation": True},
        evaluate=is_true("enableLogFileValidation", "does not sign its log files"),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cloudtrail-encryption",
        title="Trails are encrypted with a KMS key of the client's",
        why="A key of its own lets the client decide who may read the log, also after the exit.",
        fix="Set kmsKeyId to the ARN of the client's key, whose policy lets CloudTrail use it.",
        blind="What the key's policy allows.",
        source=f"{_CLOUDTRAIL}/encrypting-cloudtrail-log-files-with-aws-kms.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("A14",),
        maps=Maps(nist="AU-9 AU-9(2) AU-9(3)", hipaa="312(c)(1) 312(c)(2)", pci="10.3.3 10.3.4", soc2="~CC7.3 PI1.5", iso="A.8.15"),
        reads={TRAIL: ("kmsKeyId",)},
        evaluate_linked=own_key("kmsKeyId", "is encrypted with a key of S3, over which the client has no say"),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cloudtrail-watched",
        title="Trails go to a log group, where alarms can watch them",
        why="Files in a bucket are read after the damage, and a log group lets a filter raise the alarm within minutes.",
        fix="Set cloudWatchLogsGroupArn, and cloudWatchLogsRoleArn to a role that may write there.",
        blind="Whether any filter or alarm reads the group.",
        source=f"{_CLOUDTRAIL}/send-cloudtrail-events-to-cloudwatch-logs.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("A15",),
        maps=Maps(nist="SI-4 AU-6 CA-7", hipaa="308(a)(6)(ii) 308(a)(1)(ii)(D)", pci="10.4.1.1 11.5.2", soc2="CC7.2 CC7.3", iso="A.8.16"),
        severity=Severity.MEDIUM,
        reads={TRAIL: ("cloudWatchLogsGroupArn",)},
        looks_at={LOG_GROUP: ()},
        evaluate_linked=names_one("cloudWatchLogsGroupArn", "goes to no log group", LOG_GROUP),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-cloudtrail-objects",
        title="Trails log object events of every bucket that holds regulated data",
        why="A trail without data events shows who changed a bucket's settings, and not who took what was in it.",
        fix="Add AWS::S3::Object to dataResources of eventSelectors, or to the field resources.type of advancedEventSelectors.",
        blind="Trails of other stacks, selectors of key prefixes inside a bucket, and whether reading is logged besides writing.",
        source=f"{_CLOUDTRAIL}/logging-data-events-with-cloudtrail.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A16",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2", iso="A.8.15 A.8.16"),
        looks_at={
            TRAIL: (
                "eventSelectors[*].readWriteType",
                "eventSelectors[*].dataResources[*].type",
                "eventSelectors[*].dataResources[*].values",
                "advancedEventSelectors[*].fieldSelectors[*].field",
                "advancedEventSelectors[*].fieldSelectors[*].equals",
                "advancedEventSelectors[*].fieldSelectors[*].startsWiths",
            ),
            **dict.fromkeys(BUCKETS, ("bucket",)),
        },
        evaluate_stack=object_events,
        snippet=SNIPPET,
    ),
)
