"""The IAM policy documents of an AWS environment, as plain values: they can be judged without a cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.settings import Grant

Statement = dict[str, object]

KEY_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
GRANTED_KEY_USE = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
"""Operations of the provider's KMS grant. source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html (read 2026-11-22)"""

LOOK = (
    "backup:Describe*",
    "backup:List*",
    "budgets:View*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "ec2:Describe*",
    "iam:GetRole",
    "iam:GetUser",
    "iam:List*",
    "kms:DescribeKey",
    "kms:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:ListAllMyBuckets",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecrets",
    "sts:GetCallerIdentity",
    "tag:Get*",
)
WORK = ("backup:Start*", "cloudwatch:*", "ec2:*", "logs:*", "ssm:*", "tag:*")
OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutObject")
SERVICE_ACCOUNTS = ("iam:CreateAccessKey", "iam:CreateUser", "iam:DeleteAccessKey", "iam:DeleteUser", "iam:TagUser", "iam:UpdateAccessKey")
"""An operator may keep service accounts of its own for agents on servers; nothing lets it give them a right, so they carry none."""
NEVER = (
    "account:*",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DisableAlarmActions",
    "cloudwatch:PutMetricAlarm",
    "ec2:DeleteFlowLogs",
    "kms:CreateGrant",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:DeleteMetricFilter",
    "logs:DeleteRetentionPolicy",
    "logs:PutMetricFilter",
    "logs:PutRetentionPolicy",
    "organizations:*",
)
"""What no grant to another party opens: ending the client's keys, blinding its audit log, handing its keys on."""
CHANGE_ROLES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
CHANGE_POLICIES = ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")


def partition(region: str) -> str:
    """The part of AWS that a region belongs to, as ARNs name it."""
    for start, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region.startswith(start):
            return name
    return "aws"


def document(*statements: Statement) -> str:
    """A policy document; the same text for the same statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def provider_trust(grant: Grant, *, arn_partition: str) -> str:
    """Lets the party's accounts in with the agreed external id, until the end of the grant and not a second longer."""
    return document(
        {
            "Sid": "UntilTheGrantEnds",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:{arn_partition}:iam::{account}:root" for account in grant.party.identities.aws.accounts]},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"sts:ExternalId": list(grant.party.identities.aws.external_ids)},
                "DateLessThan": {"aws:CurrentTime": grant.ends_at},
            },
        }
    )


def client_trust(principals: Sequence[str], *, account_root: str) -> str:
    """Lets the client's named people in, with MFA. The account is the principal and the names are a condition, so that a name that does not exist yet is no error."""
    return document(
        {
            "Sid": "ClientWithSecondFactor",
            "Effect": "Allow",
            "Principal": {"AWS": account_root},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnLike": {"aws:PrincipalArn": list(principals)}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
        }
    )


def service_trust(service: str) -> str:
    """Lets one service of AWS act."""
    return document({"Sid": "Service", "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def boundary(grant: Grant, *, account: str, arn_partition: str) -> str:
    """The most that anything made under the grant can ever do, and until when: whatever it makes for itself ends with it too."""
    iam = f"arn:{arn_partition}:iam::{account}"
    return document(
        {"Sid": "UntilTheGrantEnds", "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": grant.ends_at}}},
        {"Sid": "Never", "Effect": "Deny", "Action": list(NEVER), "Resource": "*"},
        {"Sid": "RolesAreTheClients", "Effect": "Deny", "Action": list(CHANGE_ROLES), "Resource": f"{iam}:role/*"},
        {"Sid": "PoliciesAreTheClients", "Effect": "Deny", "Action": list(CHANGE_POLICIES), "Resource": f"{iam}:policy/*"},
    )


def permissions(grant: Grant, *, account: str, arn_partition: str, buckets: Sequence[str]) -> str:
    """What the role of the grant does day by day."""
    statements: list[Statement] = [{"Sid": "Look", "Effect": "Allow", "Action": list(LOOK), "Resource": "*"}]
    if grant.writes:
        statements.append({"Sid": "Work", "Effect": "Allow", "Action": list(WORK), "Resource": "*"})
        statements.append(
            {
                "Sid": "OwnServiceAccounts",
                "Effect": "Allow",
                "Action": list(SERVICE_ACCOUNTS),
                "Resource": f"arn:{arn_partition}:iam::{account}:user/{grant.name}-*",
            }
        )
        arns = [f"arn:{arn_partition}:s3:::{bucket}" for bucket in buckets]
        if arns:
            statements.append({"Sid": "Objects", "Effect": "Allow", "Action": list(OBJECTS), "Resource": [*arns, *(f"{arn}/*" for arn in arns)]})
    if grant.role == "administrator":
        statements.append({"Sid": "Administer", "Effect": "Allow", "NotAction": ["iam:*", "kms:*", "organizations:*", "account:*"], "Resource": "*"})
    statements.append({"Sid": "Never", "Effect": "Deny", "Action": list(NEVER), "Resource": "*"})
    return document(*statements)


def key_policy(guardians: Sequence[str], *, account_root: str, services: Sequence[Statement] = ()) -> str:
    """The client's people administer the key; others of the account may be given its use by IAM, but what was made for another party only by a grant."""
    return document(
        {
            "Sid": "ClientAdministers",
            "Effect": "Allow",
            "Principal": {"AWS": account_root},
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": [account_root, *guardians]}},
        },
        {
            "Sid": "ClientWorkloads",
            "Effect": "Allow",
            "Principal": {"AWS": account_root},
            "Action": list(KEY_USE),
            "Resource": "*",
            "Condition": {"Null": {"aws:PrincipalTag/handoff:party": "true"}},
        },
        *services,
    )


def trail_key_use(trail_arn: str) -> Statement:
    """CloudTrail writes with the key. source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html (read 2026-11-22)."""
    return {
        "Sid": "CloudTrail",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
    }


def logs_key_use(region: str, *, log_group_arn: str) -> Statement:
    """CloudWatch Logs works with the key. source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html (read 2026-11-22)."""
    return {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": log_group_arn}},
    }


def flow_key_use(*, account: str, region: str, arn_partition: str) -> Statement:
    """Flow logs are written with the key. source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-cmk-policy.html (read 2026-11-22)."""
    return {
        "Sid": "FlowLogs",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": _delivery(account=account, region=region, arn_partition=arn_partition),
    }


def alarm_key_use(*, account: str) -> Statement:
    """Alarms reach an encrypted topic. source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (read 2026-11-22)."""
    return {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def encrypted_only(bucket_arn: str) -> Statement:
    """Nobody reaches the bucket without TLS."""
    return {
        "Sid": "EncryptedOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def trail_to_logs(log_group_arn: str) -> str:
    """What the trail's role does: write streams of its one log group."""
    return document({"Sid": "Write", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{log_group_arn}:log-stream:*"})


def trail_bucket(bucket_arn: str, *, account: str, trail_arn: str) -> tuple[Statement, ...]:
    """CloudTrail writes to its bucket. source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html (read 2026-11-22)."""
    trail: Statement = {"StringEquals": {"aws:SourceArn": trail_arn}}
    service = {"Service": "cloudtrail.amazonaws.com"}
    return (
        {"Sid": "TrailChecks", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": bucket_arn, "Condition": trail},
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/AWSLogs/{account}/*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    )


def flow_bucket(bucket_arn: str, *, account: str, region: str, arn_partition: str) -> tuple[Statement, ...]:
    """Flow logs are written to a bucket. source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html (read 2026-11-22)."""
    service = {"Service": "delivery.logs.amazonaws.com"}
    source = _delivery(account=account, region=region, arn_partition=arn_partition)
    return (
        {"Sid": "FlowLogsCheck", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": bucket_arn, "Condition": source},
        {
            "Sid": "FlowLogsWrite",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/AWSLogs/{account}/*",
            "Condition": {**source, "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    )


def _delivery(*, account: str, region: str, arn_partition: str) -> Statement:
    return {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": f"arn:{arn_partition}:logs:{region}:{account}:*"}}
