"""Mixed resources, once as a Pulumi state and once as Terraform: ten types in equal parts, one in ten of them with a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

ROOT = "urn:pulumi:bench::handoff::pulumi:pulumi:Stack::handoff-bench"
PROVIDER = "urn:pulumi:bench::handoff::pulumi:providers:aws::default"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-4333-8444-555555555555"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type on both sides; `is_bad` gives the faulty form."""

    pulumi_type: str
    terraform: str
    inputs: Callable[[int, bool], dict[str, object]]
    block: Callable[[int, bool], str]


def _word(value: bool) -> str:
    return "true" if value else "false"


KINDS = (
    Kind(
        pulumi_type="aws:s3/bucket:Bucket",
        terraform="aws_s3_bucket",
        inputs=lambda n, bad: {"bucket": f"b{n}", "forceDestroy": bad, "tags": {"data-class": "phi"}},
        block=lambda n, bad: f'bucket = "b{n}"\n  force_destroy = {_word(bad)}\n  tags = {{ "data-class" = "phi" }}',
    ),
    Kind(
        pulumi_type="aws:kms/key:Key",
        terraform="aws_kms_key",
        inputs=lambda n, bad: {"description": f"k{n}", "enableKeyRotation": not bad, "deletionWindowInDays": 30},
        block=lambda n, bad: f'description = "k{n}"\n  enable_key_rotation = {_word(not bad)}\n  deletion_window_in_days = 30',
    ),
    Kind(
        pulumi_type="aws:sqs/queue:Queue",
        terraform="aws_sqs_queue",
        inputs=lambda n, bad: {"name": f"q{n}", "visibilityTimeoutSeconds": 30, **({} if bad else {"kmsMasterKeyId": KEY})},
        block=lambda n, bad: f'name = "q{n}"\n  visibility_timeout_seconds = 30' + ("" if bad else f'\n  kms_master_key_id = "{KEY}"'),
    ),
    Kind(
        pulumi_type="aws:sns/topic:Topic",
        terraform="aws_sns_topic",
        inputs=lambda n, bad: {"name": f"t{n}", **({} if bad else {"kmsMasterKeyId": KEY})},
        block=lambda n, bad: f'name = "t{n}"' + ("" if bad else f'\n  kms_master_key_id = "{KEY}"'),
    ),
    Kind(
        pulumi_type="aws:iam/role:Role",
        terraform="aws_iam_role",
        inputs=lambda n, bad: {"name": f"r{n}", "assumeRolePolicy": TRUST.replace("ec2.amazonaws.com", f"ec2{n % 40}.amazonaws.com") if not bad else TRUST},
        block=lambda n, bad: (
            f'name = "r{n}"\n  assume_role_policy = {json.dumps(TRUST if bad else TRUST.replace("ec2.amazonaws.com", f"ec2{n % 40}.amazonaws.com"))}'
        ),
    ),
    Kind(
        pulumi_type="aws:ec2/securityGroup:SecurityGroup",
        terraform="aws_security_group",
        inputs=lambda n, bad: {
            "name": f"sg{n}",
            "description": "web",
            "vpcId": "vpc-1",
            "ingress": [
                {"protocol": "tcp", "fromPort": 22 if bad else 443, "toPort": 22 if bad else 443, "cidrBlocks": ["0.0.0.0/0" if bad else "10.0.0.0/8"]}
            ],
        },
        block=lambda n, bad: (
            f'name = "sg{n}"\n  description = "web"\n  vpc_id = "vpc-1"\n  ingress {{\n    protocol = "tcp"\n    from_port = {22 if bad else 443}\n'
            f'    to_port = {22 if bad else 443}\n    cidr_blocks = ["{"0.0.0.0/0" if bad else "10.0.0.0/8"}"]\n  }}'
        ),
    ),
    Kind(
        pulumi_type="aws:ebs/volume:Volume",
        terraform="aws_ebs_volume",
        inputs=lambda _, bad: {"availabilityZone": "eu-west-1a", "size": 10, "encrypted": not bad, "kmsKeyId": KEY},
        block=lambda _, bad: f'availability_zone = "eu-west-1a"\n  size = 10\n  encrypted = {_word(not bad)}\n  kms_key_id = "{KEY}"',
    ),
    Kind(
        pulumi_type="aws:secretsmanager/secret:Secret",
        terraform="aws_secretsmanager_secret",
        inputs=lambda n, bad: {"name": f"s{n}", **({} if bad else {"kmsKeyId": KEY})},
        block=lambda n, bad: f'name = "s{n}"' + ("" if bad else f'\n  kms_key_id = "{KEY}"'),
    ),
    Kind(
        pulumi_type="aws:cloudwatch/logGroup:LogGroup",
        terraform="aws_cloudwatch_log_group",
        inputs=lambda n, bad: {"name": f"l{n}", "retentionInDays": 30 if bad else 400, "kmsKeyId": KEY},
        block=lambda n, bad: f'name = "l{n}"\n  retention_in_days = {30 if bad else 400}\n  kms_key_id = "{KEY}"',
    ),
    Kind(
        pulumi_type="aws:dynamodb/table:Table",
        terraform="aws_dynamodb_table",
        inputs=lambda n, bad: {
            "name": f"d{n}",
            "hashKey": "id",
            "billingMode": "PAY_PER_REQUEST",
            "attributes": [{"name": "id", "type": "S"}],
            "pointInTimeRecovery": {"enabled": not bad},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        },
        block=lambda n, bad: (
            f'name = "d{n}"\n  hash_key = "id"\n  billing_mode = "PAY_PER_REQUEST"\n  attribute {{\n    name = "id"\n    type = "S"\n  }}\n'
            f'  point_in_time_recovery {{\n    enabled = {_word(not bad)}\n  }}\n  server_side_encryption {{\n    enabled = true\n    kms_key_arn = "{KEY}"\n  }}'
        ),
    ),
)


def state(count: int) -> str:
    """An exported state with this many resources."""
    made: list[dict[str, object]] = [
        {"urn": ROOT, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"engagement": "acme-health", "environment": "prod"}},
        {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "id": "p", "inputs": {"region": "eu-west-1"}, "outputs": {"region": "eu-west-1"}},
    ]
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        inputs = kind.inputs(number, _is_bad(number))
        made.append(
            {
                "urn": f"urn:pulumi:bench::handoff::{kind.pulumi_type}::n{number}",
                "type": kind.pulumi_type,
                "custom": True,
                "id": str(number),
                "inputs": inputs,
                "outputs": {**inputs, "arn": f"arn:aws:service:eu-west-1:111111111111:thing/{number}"},
                "parent": ROOT,
                "provider": f"{PROVIDER}::p",
            }
        )
    return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": made}})


def terraform(count: int) -> str:
    """The same resources as Terraform."""
    blocks = ['provider "aws" {\n  region = "eu-west-1"\n}\n']
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        blocks.append(f'resource "{kind.terraform}" "n{number}" {{\n  {kind.block(number, _is_bad(number))}\n}}\n')
    return "\n".join(blocks)


def _is_bad(number: int) -> bool:
    return (number // len(KINDS)) % 10 == 0
