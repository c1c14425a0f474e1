"""Names of AWS operations: how botocore calls them, and which IAM permission each needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

# Where the permission is not named like the call.
# source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html (read 2026-11-22)
_PERMISSIONS: Mapping[str, str] = {
    "kms:ReEncrypt": "kms:ReEncryptFrom",
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    # With a version's id, as every call of ours has it.
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:UploadPart": "s3:PutObject",
}

# botocore's service name -> the prefix of its IAM actions.
# source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html (read 2026-11-22)
_PREFIXES: Mapping[str, str] = {
    "accessanalyzer": "access-analyzer",
    "amp": "aps",
    "apigatewayv2": "apigateway",
    "bedrock-agent": "bedrock",
    "cloudcontrol": "cloudformation",
    "cloudhsmv2": "cloudhsm",
    "docdb": "rds",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "greengrassv2": "greengrass",
    "iot-data": "iot",
    "keyspaces": "cassandra",
    "kinesisanalyticsv2": "kinesisanalytics",
    "lexv2-models": "lex",
    "location": "geo",
    "mwaa": "airflow",
    "neptune": "rds",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "pinpoint": "mobiletargeting",
    "qconnect": "wisdom",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "s3outposts": "s3-outposts",
    "service-quotas": "servicequotas",
    "servicecatalog-appregistry": "servicecatalog",
    "sesv2": "ses",
    "sso-admin": "sso",
    "stepfunctions": "states",
    "timestream-write": "timestream",
}

# API Gateway names its permissions by the HTTP method of the call.
# source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html (read 2026-11-22)
_VERBS: Mapping[str, str] = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Put": "PUT", "Update": "PATCH"}

BESIDES: Mapping[str, frozenset[str]] = {"apigateway:UpdateRestApi": frozenset({"apigateway:UpdateRestApiPolicy"})}
"""What a call needs beyond its own permission, for what the kinds change with it.
source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html (read 2026-11-22)"""

FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""Calls that no identity policy has to allow.
source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html (read 2026-11-22)"""

# A listing that was cut short says so in one of these members.
_MORE = ("IsTruncated", "Truncated", "NextToken", "nextToken", "NextMarker", "NextContinuationToken", "ContinuationToken", "NextKeyMarker", "NextPageToken")


def home(op: str) -> str:
    """The one region that answers for all regions, of calls that have one; else empty.

    source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRestrictions.html (read 2026-11-22)
    """
    return "us-west-2" if op.startswith("s3control:") and "MultiRegionAccessPoint" in op else ""


def permission(op: str) -> str:
    """The IAM action that allows a call: `s3:ListBuckets` needs `s3:ListAllMyBuckets`."""
    service, _, name = op.partition(":")
    if service in {"apigateway", "apigatewayv2"}:
        return next((f"apigateway:{verb}" for start, verb in _VERBS.items() if name.startswith(start)), f"apigateway:{name}")
    return _PERMISSIONS.get(op) or f"{_PREFIXES.get(service, service)}:{name}"


def marks_more(answer: Mapping[str, object], asked: Mapping[str, object]) -> str | None:
    """The member by which an answer says that there is more, or None when it is whole. A token that only repeats the one asked with does not count."""
    return next((name for name in _MORE if answer.get(name) and answer.get(name) != asked.get(name)), None)


def is_answer(answer: Mapping[str, object]) -> bool:
    """True when an answer is one of AWS's own. One without any member is an empty listing of a service that speaks JSON, or nobody's word at all."""
    if len(answer) > ("ResponseMetadata" in answer):
        return True
    about = cast("Mapping[str, Mapping[str, str]]", answer.get("ResponseMetadata") or {})
    headers = about.get("HTTPHeaders") or {}
    # Only JSON leaves an empty list out, and writes `{}` for it; XML names its result at least. botocore takes a page of text for `{}` too: it is longer.
    return bool(about.get("RequestId")) and "json" in headers.get("content-type", "") and headers.get("content-length") == "2"


def plain(value: object) -> object:
    """The same value with what JSON does not know made text: times as RFC 3339 in UTC. Bytes stay out of it: no listing carries them."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{len(value)} bytes" if isinstance(value, bytes) else value
