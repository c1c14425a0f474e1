"""Audit trails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import camel, client, given, pascal, regional, tag_change, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, Missing, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_FIELDS = {
    "s3BucketName": "S3BucketName",
    "s3KeyPrefix": "S3KeyPrefix",
    "snsTopicName": "SnsTopicName",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "isOrganizationTrail": "IsOrganizationTrail",
    "enableLogFileValidation": "EnableLogFileValidation",
    "kmsKeyId": "KmsKeyId",
}
"""Pulumi's name -> the request's; the answer differs in `LogFileValidationEnabled` only."""
_ADVANCED = {"startsWiths": "StartsWith", "endsWiths": "EndsWith", "notStartsWiths": "NotStartsWith", "notEndsWiths": "NotEndsWith"}


def create(ctx: Context, inputs: Properties) -> Created:
    """The trail, its selectors, and logging switched on as asked."""
    trails = client(ctx, "cloudtrail", inputs)
    arn = trails.create_trail(Name=inputs["name"], **_fields(inputs))["TrailARN"]
    if inputs.get("tagsAll"):
        trails.add_tags(ResourceId=arn, TagsList=tag_list(inputs["tagsAll"]))  # the emulator forgets the tags of CreateTrail
    _select(trails, arn, inputs)
    _log(trails, arn, on=bool(inputs["enableLogging"]))
    return Created(id=arn)


def read(ctx: Context, arn: str, state: Properties) -> Properties | None:
    """Settings, status and tags."""
    trails = client(ctx, "cloudtrail", state)
    found = trails.describe_trails(trailNameList=[arn])["trailList"]
    if not found:
        return None
    trail = {**found[0], "EnableLogFileValidation": found[0].get("LogFileValidationEnabled", False)}
    tags = trails.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    return {
        "arn": arn,
        "name": trail["Name"],
        "homeRegion": trail.get("HomeRegion", ""),
        **given(**{ours: trail.get(theirs) for ours, theirs in _FIELDS.items()}),
        "enableLogging": bool(trails.get_trail_status(Name=arn)["IsLogging"]),
        **_selectors(trails, arn, state),
        "tags": tag_map(tags[0].get("TagsList")) if tags else {},
    }


def update(ctx: Context, arn: str, old: Properties, new: Properties) -> None:
    """Everything but the name changes in place."""
    trails = client(ctx, "cloudtrail", new)
    trails.update_trail(Name=arn, **_fields({key: "" for key in ("kmsKeyId", "s3KeyPrefix", "snsTopicName") if old.get(key)} | new))
    if any(old.get(name) != new.get(name) for name in ("eventSelectors", "advancedEventSelectors")):
        _select(trails, arn, new)
    _log(trails, arn, on=bool(new["enableLogging"]))
    added, removed = tag_change(old, new)
    if removed:
        trails.remove_tags(ResourceId=arn, TagsList=[{"Key": key} for key in removed])
    if added:
        trails.add_tags(ResourceId=arn, TagsList=tag_list(added))


def delete(ctx: Context, arn: str, state: Properties) -> None:
    """The trail; what it wrote stays in its bucket."""
    if read(ctx, arn, state) is None:
        raise Missing("TrailNotFoundException", arn)
    client(ctx, "cloudtrail", state).delete_trail(Name=arn)


def _fields(inputs: Properties) -> dict[str, Any]:
    return given(**{theirs: inputs.get(ours) for ours, theirs in _FIELDS.items()})


def _log(trails: Any, arn: str, *, on: bool) -> None:  # noqa: ANN401 - boto3 clients have no static type
    (trails.start_logging if on else trails.stop_logging)(Name=arn)


def _select(trails: Any, arn: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    selectors, advanced = inputs.get("eventSelectors"), inputs.get("advancedEventSelectors")
    if advanced:
        trails.put_event_selectors(TrailName=arn, AdvancedEventSelectors=pascal(advanced, _ADVANCED))
    elif selectors:
        trails.put_event_selectors(TrailName=arn, EventSelectors=pascal(selectors))


def _selectors(trails: Any, arn: str, state: Properties) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    """A trail without selectors of its own answers with the default one, which is nobody's input."""
    answer = trails.get_event_selectors(TrailName=arn)
    if answer.get("AdvancedEventSelectors"):
        return {"advancedEventSelectors": camel(answer["AdvancedEventSelectors"], _ADVANCED)}
    found: list[Any] = camel(answer.get("EventSelectors") or [])
    plain = [{key: value for key, value in selector.items() if value not in ([], None)} for selector in found]
    default = len(plain) == 1 and plain[0].get("readWriteType") == "All" and not plain[0].get("dataResources")
    return {"eventSelectors": [] if default and not state.get("eventSelectors") else plain}


RECORDS = (
    tagged(
        regional(
            Record(
                token="aws:cloudtrail/trail:Trail",
                create=create,
                read=read,
                update=update,
                delete=delete,
                # The emulator takes a log group and forgets it.
                kept=frozenset({"cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn"}),
                handled=frozenset({"name", "enableLogging", "eventSelectors", "advancedEventSelectors", *_FIELDS}),
                computed=frozenset({"arn", "homeRegion"}),
                required=frozenset({"s3BucketName"}),
                defaults={"enableLogging": True, "includeGlobalServiceEvents": True},
                replace_on=frozenset({"name"}),
                name_property="name",
                naming=Naming(max_length=128),
            )
        )
    ),
)
