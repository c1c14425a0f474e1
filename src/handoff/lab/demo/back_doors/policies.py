"""Resource policies: of data, of keys, of code, of streams. Each lets in somebody of the provider's beside somebody who has a right to be there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Way
from handoff.model import KindId, Login, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

_SID = "ArchiveSync"
_WAIT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """A resource of which a policy says who may use it."""

    kind: str
    mark: str
    """What the listed path's id begins with, or holds."""
    text: str
    action: object
    resource: object
    put: Callable[[str], object]
    """Takes the document."""
    tried: tuple[str, Mapping[str, object]] | None = None
    """A call that nothing but this policy allows; None where the lab does not ask the policy."""
    abroad: bool = False
    """The lab looks at it for other accounts' principals too; else for the account's own."""
    before: tuple[Mapping[str, object], ...] = ()
    """Statements that are there already."""


def open_all(site: Site) -> Iterator[Way]:
    """One door each, and one way beside it that has to stay open."""
    for one in (_bucket(site), _queue(site), _topic(site), _secret(site), _key(site), _images(site), _stream(site), _table(site), _bus(site), _sink(site)):
        yield from _let_in(site, one)


def _let_in(site: Site, one: _Policy) -> Iterator[Way]:
    in_, stays = (site.desk, site.watch) if one.abroad or one.tried is None else (site.silent, site.reports)
    where = {} if one.resource is None else {"Resource": one.resource}
    shared = {"Sid": _SID, "Effect": "Allow", "Principal": {"AWS": [in_.principal, stays.principal]}, "Action": one.action, **where}
    one.put(sites.document(*one.before, shared))
    for login in (in_, stays):
        party = Party.PROVIDER if login is in_ else stays.party
        trials = (site.trial(f"{one.tried[0]} as {login.name}", login, one.tried[0], **one.tried[1]),) if one.tried else ()
        yield Way(kind=KindId(one.kind), marks=(one.mark, login.principal), text=f"{one.text}, which lets in {_who(login)}", trials=trials, party=party)


def _who(login: Login) -> str:
    return f"{login.principal.rsplit('/', 1)[-1]} of account {login.principal.split(':')[4]}"


def _bucket(site: Site) -> _Policy:
    held = site.home.get("s3:GetBucketPolicy", Bucket=site.bucket)
    return _Policy(
        kind="aws.s3_bucket_policy",
        mark=f"arn:aws:s3:::{site.bucket}",
        text=f"a statement in the policy of bucket {site.bucket}",
        action="s3:ListBucket",
        resource=f"arn:aws:s3:::{site.bucket}",
        put=lambda text: site.home.write("s3:PutBucketPolicy", Bucket=site.bucket, Policy=text),
        tried=("s3:ListObjectsV2", {"Bucket": site.bucket}),
        before=tuple(json.loads(str(held["Policy"]))["Statement"]) if held else (),
    )


def _queue(site: Site) -> _Policy:
    url = sites.made(site.region, "sqs:CreateQueue", "QueueUrl", QueueName="archive-jobs")
    arn = f"arn:aws:sqs:{sites.REGION}:{site.account}:archive-jobs"
    return _Policy(
        kind="aws.sqs_queue_policy",
        mark="archive-jobs",
        text="a statement in the policy of queue archive-jobs",
        action="sqs:SendMessage",
        resource=arn,
        put=lambda text: site.region.write("sqs:SetQueueAttributes", QueueUrl=url, Attributes={"Policy": text}),
        tried=("sqs:SendMessage", {"QueueUrl": url, "MessageBody": "hello"}),
        abroad=True,
    )


def _topic(site: Site) -> _Policy:
    arn = sites.made(site.region, "sns:CreateTopic", "TopicArn", Name="archive-done")
    return _Policy(
        kind="aws.sns_topic_policy",
        mark=arn,
        text="a statement in the policy of topic archive-done",
        action="sns:Publish",
        resource=arn,
        put=lambda text: site.region.write("sns:SetTopicAttributes", TopicArn=arn, AttributeName="Policy", AttributeValue=text),
        tried=("sns:Publish", {"TopicArn": arn, "Message": "hello"}),
        abroad=True,
    )


def _secret(site: Site) -> _Policy:
    arn = sites.made(site.region, "secretsmanager:CreateSecret", "ARN", Name="archive-token", SecretString="made up for the lab")
    return _Policy(
        kind="aws.secret_policy",
        mark=arn,
        text="the policy of secret archive-token",
        action="secretsmanager:GetSecretValue",
        resource="*",
        put=lambda text: site.region.write("secretsmanager:PutResourcePolicy", SecretId=arn, ResourcePolicy=text),
        tried=("secretsmanager:GetSecretValue", {"SecretId": arn}),
    )


def _key(site: Site) -> _Policy:
    own = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{site.account}:root"}, "Action": "kms:*", "Resource": "*"}
    arn = sites.made(site.region, "kms:CreateKey", "KeyMetadata", "Arn", Description="archive")
    return _Policy(
        kind="aws.kms_key_policy",
        mark=arn,
        text="a statement in a key's policy",
        action=["kms:GenerateDataKey", "kms:DescribeKey"],
        resource="*",
        put=lambda text: site.region.write("kms:PutKeyPolicy", KeyId=arn, PolicyName="default", Policy=text),
        tried=("kms:GenerateDataKey", {"KeyId": arn, "KeySpec": "AES_256"}),
        before=(own,),
    )


def _images(site: Site) -> _Policy:
    arn = sites.made(site.region, "ecr:CreateRepository", "repository", "repositoryArn", repositoryName="archiver")
    return _Policy(
        kind="aws.ecr_repository_policy",
        mark=arn,
        text="the policy of image repository archiver",
        action="ecr:DescribeImages",
        resource=None,
        put=lambda text: site.region.write("ecr:SetRepositoryPolicy", repositoryName="archiver", policyText=text),
        tried=("ecr:DescribeImages", {"repositoryName": "archiver"}),
    )


def _stream(site: Site) -> _Policy:
    arn = f"arn:aws:kinesis:{sites.REGION}:{site.account}:stream/archive-feed"
    site.region.write("kinesis:CreateStream", StreamName="archive-feed", ShardCount=1)
    until = time.monotonic() + _WAIT_S
    while _status(site, arn) != "ACTIVE" and time.monotonic() < until:
        time.sleep(0.1)
    return _Policy(
        kind="aws.kinesis_policy",
        mark=arn,
        text="the policy of stream archive-feed",
        action="kinesis:DescribeStreamSummary",
        resource=arn,
        put=lambda text: site.region.write("kinesis:PutResourcePolicy", ResourceARN=arn, Policy=text),
        tried=("kinesis:DescribeStreamSummary", {"StreamARN": arn}),
    )


def _status(site: Site, arn: str) -> str:
    found = cast("Any", site.region.get("kinesis:DescribeStreamSummary", StreamARN=arn))
    return str(found["StreamDescriptionSummary"]["StreamStatus"]) if found else ""


def _table(site: Site) -> _Policy:
    arn = sites.made(
        site.region,
        "dynamodb:CreateTable",
        "TableDescription",
        "TableArn",
        TableName="archive-index",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return _Policy(
        kind="aws.dynamodb_policy",
        mark=arn,
        text="the policy of table archive-index",
        action="dynamodb:GetItem",
        resource=arn,
        put=lambda text: site.region.write("dynamodb:PutResourcePolicy", ResourceArn=arn, Policy=text),
    )


def _bus(site: Site) -> _Policy:
    arn = sites.made(site.region, "events:CreateEventBus", "EventBusArn", Name="archive-events")
    return _Policy(
        kind="aws.event_bus_policy",
        mark=arn,
        text="the policy of event bus archive-events",
        action="events:PutEvents",
        resource=arn,
        put=lambda text: site.region.write("events:PutPermission", EventBusName="archive-events", Policy=text),
    )


def _sink(site: Site) -> _Policy:
    arn = sites.made(site.region, "oam:CreateSink", "Arn", Name="watch-here")
    return _Policy(
        kind="aws.oam_sink_policy",
        mark=arn,
        text="the policy of telemetry sink watch-here",
        action="oam:CreateLink",
        resource="*",
        put=lambda text: site.region.write("oam:PutSinkPolicy", SinkIdentifier=arn, Policy=text),
    )
