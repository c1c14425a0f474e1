"""An AWS account with 2,000 principals, 400 resources and 230 grants to outsiders, seeded by its root; `scale` makes all of it so many times larger."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
from botocore.config import Config

ACCOUNT = "111111111111"
REGION = "eu-west-1"
OUTSIDE = tuple(f"{number}" * 6 for number in range(20, 30))
KINDS = (
    "aws.iam_access_key",
    "aws.role_trust",
    "aws.s3_bucket_policy",
    "aws.s3_bucket_acl",
    "aws.kms_key_policy",
    "aws.kms_grant",
    "aws.sqs_queue_policy",
    "aws.sns_topic_policy",
    "aws.secret_policy",
)
NECESSARY = 1_656
"""Calls that are enough for the estate at scale 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant to an outsider: what has to be found."""

    kind: str
    object: str
    account: str


@dataclass(slots=True)
class Estate:
    """What was seeded."""

    grants: list[Grant] = field(default_factory=list)
    keys: int = 0
    key_id: str = ""
    secret: str = ""


def clients(endpoint: str, *, key_id: str = ACCOUNT, secret: str = "root", threads: int = 16) -> Callable[[str], Any]:  # noqa: S107 - the emulator's root
    """One client for each service, as anybody would make them."""
    session = boto3.session.Session(aws_access_key_id=key_id, aws_secret_access_key=secret, region_name=REGION)
    config = Config(proxies={}, max_pool_connections=threads, s3={"addressing_style": "path"}, retries={"mode": "standard", "total_max_attempts": 6})
    made: dict[str, Any] = {}
    return lambda service: made.setdefault(service, session.client(service, endpoint_url=endpoint, config=config))


def root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def policy(principal: str, actions: object, resource: str, *more: object) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [*more, statement]})


class Root:
    """Calls of IAM as the emulator's root, whose signature nobody checks: ten times as quick as an SDK, for the tens of thousands that seeding takes."""

    def __init__(self, endpoint: str) -> None:
        self._host = endpoint.removeprefix("http://")
        self._own = threading.local()

    def __call__(self, action: str, **params: str) -> None:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(self._host)
        body = urlencode({"Action": action, "Version": "2010-05-08", **params})
        credential = f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"
        self._own.connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded", "Authorization": credential})
        answer = self._own.connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{action}: {answer.status}: {told[:300]!r}")


class Seeder:
    """Makes things side by side; the numbers of a service's things decide who is let in."""

    def __init__(self, endpoint: str, scale: int) -> None:
        self._of = clients(endpoint)
        self._iam = Root(endpoint)
        self._scale = scale
        self.made = Estate()

    def run(self) -> Estate:
        for service in ("iam", "s3", "kms", "sqs", "sns", "secretsmanager"):
            self._of(service)
        with ThreadPoolExecutor(max_workers=16) as pool:
            works: Iterable[tuple[Callable[[int], None], int]] = (
                (self._user, 1000), (self._role, 1000), (self._bucket, 200), (self._key, 50), (self._queue, 50), (self._topic, 50), (self._secret, 50),
            )  # fmt: skip
            list(pool.map(lambda work: work(), [partial(work, number) for work, count in works for number in range(count * self._scale)]))
        self._administrator()
        return self.made

    def _outsider(self, kind: str, number: int, of: int, name: str) -> str:
        """Of every `of` things one lets an outsider in, else the account's own root."""
        if number % of:
            return root(ACCOUNT)
        account = OUTSIDE[(number // of) % len(OUTSIDE)]
        self.made.grants.append(Grant(kind=kind, object=name, account=account))
        return root(account)

    def _user(self, number: int) -> None:
        name = f"user-{number:05}"
        self._iam("CreateUser", UserName=name)
        for _ in range(2 - number % 2):
            self._iam("CreateAccessKey", UserName=name)
            self.made.keys += 1

    def _role(self, number: int) -> None:
        name = f"role-{number:05}"
        trusted = {"Service": "ec2.amazonaws.com"} if number % 10 else {"AWS": self._outsider("aws.role_trust", number, 10, name)}
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}]}
        self._iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))

    def _bucket(self, number: int) -> None:
        name = f"bench-bucket-{number:05}"
        self._of("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if number % 2 == 0:
            principal = self._outsider("aws.s3_bucket_policy", number, 10, name)
            self._of("s3").put_bucket_policy(Bucket=name, Policy=policy(principal, "s3:GetObject", f"arn:aws:s3:::{name}/*"))

    def _key(self, number: int) -> None:
        kms = self._of("kms")
        key_id = kms.create_key(Description=f"key {number}")["KeyMetadata"]["KeyId"]
        own = {"Sid": "own", "Effect": "Allow", "Principal": {"AWS": root(ACCOUNT)}, "Action": "kms:*", "Resource": "*"}
        if number % 5 == 0:
            principal = self._outsider("aws.kms_key_policy", number, 5, key_id)
            kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy(principal, ["kms:Decrypt"], "*", own))
        kms.create_grant(KeyId=key_id, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:role/role-00001", Operations=["Decrypt"])
        kms.create_grant(KeyId=key_id, GranteePrincipal=self._outsider("aws.kms_grant", number, 1, key_id), Operations=["Decrypt"])

    def _queue(self, number: int) -> None:
        name = f"bench-queue-{number:05}"
        url = self._of("sqs").create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        principal = self._outsider("aws.sqs_queue_policy", number, 1, name) if number % 5 < 2 else root(ACCOUNT)
        self._of("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(principal, "sqs:SendMessage", arn)})

    def _topic(self, number: int) -> None:
        name = f"bench-topic-{number:05}"
        arn = self._of("sns").create_topic(Name=name)["TopicArn"]
        principal = self._outsider("aws.sns_topic_policy", number, 1, name) if number % 5 < 2 else root(ACCOUNT)
        self._of("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy(principal, "sns:Publish", arn))

    def _secret(self, number: int) -> None:
        name = f"bench-secret-{number:05}"
        self._of("secretsmanager").create_secret(Name=name, SecretString="x")
        if number % 5 == 0:
            principal = self._outsider("aws.secret_policy", number, 5, name)
            self._of("secretsmanager").put_resource_policy(SecretId=name, ResourcePolicy=policy(principal, "secretsmanager:GetSecretValue", "*"))

    def _administrator(self) -> None:
        iam = self._of("iam")
        iam.create_user(UserName="acme-admin")
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam.put_user_policy(UserName="acme-admin", PolicyName="all", PolicyDocument=json.dumps(everything))
        key = iam.create_access_key(UserName="acme-admin")["AccessKey"]
        self.made.keys += 1
        self.made.key_id, self.made.secret = key["AccessKeyId"], key["SecretAccessKey"]


def engagement(path: Path) -> None:
    """The spec: eight of the outsiders are the provider, two are third parties."""
    body = {
        "apiVersion": "handoff/v1",
        "kind": "Engagement",
        "metadata": {"name": "bench"},
        "term": {"start": "2026-01-01", "end": "2027-01-01"},
        "parties": {
            "client": {
                "name": "Acme",
                "identities": {"aws": {"accounts": [ACCOUNT], "principals": [f"arn:aws:iam::{ACCOUNT}:*"]}},
                "administrators": [{"cloud": "aws", "principal": f"arn:aws:iam::{ACCOUNT}:user/{name}"} for name in ("acme-admin", "user-00001")],
                "break_glass": [{"cloud": "aws", "principal": f"arn:aws:iam::{ACCOUNT}:user/user-00002"}],
            },
            "provider": {"name": "Nimbus", "identities": {"aws": {"accounts": list(OUTSIDE[:8])}}},
            "third_parties": [{"name": f"Watch {account}", "identities": {"aws": {"accounts": [account]}}} for account in OUTSIDE[8:]],
        },
        "environments": [{"name": "prod", "aws": {"account": ACCOUNT, "regions": [REGION]}}],
    }
    path.write_text(json.dumps(body), encoding="utf-8")
