"""What anybody would write who wants just this answer: `_bare.py ENDPOINT KEY_ID SECRET THREADS`, necessary calls only, no attribution."""

# ruff: noqa: ANN401 - boto3's clients and the emulator's handlers have no types

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import _aws_estate as estate
from botocore.exceptions import ClientError

_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):")


def foreign(document: Any) -> int:
    """How many principals of other accounts the Allow statements name."""
    parsed = json.loads(document) if isinstance(document, str) else document
    named = [one["Principal"].get("AWS", []) for one in parsed["Statement"] if one["Effect"] == "Allow" and isinstance(one.get("Principal"), dict)]
    arns = [arn for one in named for arn in ([one] if isinstance(one, str) else one)]
    return sum(found[1] != estate.ACCOUNT for arn in arns if (found := _ACCOUNT.match(arn)))


def main(endpoint: str, key_id: str, secret: str, threads: int) -> None:
    of = estate.clients(endpoint, key_id=key_id, secret=secret, threads=threads)
    iam, s3, kms, sqs, sns, secrets = (of(name) for name in ("iam", "s3", "kms", "sqs", "sns", "secretsmanager"))
    found = keys = 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        users: list[str] = []
        for page in iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 1000}):
            users += [user["UserName"] for user in page["UserDetailList"]]
            found += sum(foreign(role["AssumeRolePolicyDocument"]) for role in page["RoleDetailList"])
        keys = sum(pool.map(lambda name: len(iam.list_access_keys(UserName=name)["AccessKeyMetadata"]), users))

        def bucket(name: str) -> int:
            s3.get_bucket_acl(Bucket=name)
            try:
                return foreign(s3.get_bucket_policy(Bucket=name)["Policy"])
            except ClientError:
                return 0

        def key(name: str) -> int:
            grants = kms.list_grants(KeyId=name)["Grants"]
            outside = sum(one["GranteePrincipal"].split(":")[4] != estate.ACCOUNT for one in grants)
            return outside + foreign(kms.get_key_policy(KeyId=name, PolicyName="default")["Policy"])

        def every(op: Any, member: str, **params: Any) -> list[Any]:
            return [item for page in op.paginate(**params) for item in page.get(member, [])]

        def all_of(work: Callable[[str], int], names: list[str]) -> int:
            return sum(pool.map(work, names))

        found += all_of(bucket, [one["Name"] for one in s3.list_buckets()["Buckets"]])
        found += all_of(key, [one["KeyId"] for one in every(kms.get_paginator("list_keys"), "Keys", Limit=1000)])
        urls = every(sqs.get_paginator("list_queues"), "QueueUrls", PaginationConfig={"PageSize": 1000})
        found += all_of(lambda url: foreign(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]), urls)
        arns = [one["TopicArn"] for one in every(sns.get_paginator("list_topics"), "Topics")]
        found += all_of(lambda arn: foreign(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]), arns)
        names = [one["ARN"] for one in every(secrets.get_paginator("list_secrets"), "SecretList", MaxResults=100)]

        def secret_of(name: str) -> int:
            document = secrets.get_resource_policy(SecretId=name).get("ResourcePolicy")
            return foreign(document) if document else 0

        found += all_of(secret_of, names)
    print(json.dumps({"found": found, "keys": keys}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
