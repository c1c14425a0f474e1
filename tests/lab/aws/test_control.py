"""What tests order of the lab's AWS: small pages, faults, records; and what outlives the process."""

from __future__ import annotations

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.lab.aws.conftest import Account, Server, code


def pages(client: object, op: str, key: str, **params: object) -> list[int]:
    """How many items each page had."""
    found = []
    for page in client.get_paginator(op).paginate(**params):  # type: ignore[attr-defined]
        at = page
        for name in key.split("."):
            at = at.get(name) or []
        found.append(len(at))
    return found


def test_small_pages_of_a_stand_in_still_give_all(account: Account) -> None:
    client = account.client("rolesanywhere")
    for name in ("one", "two", "three"):
        client.create_trust_anchor(name=name, source={"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "a"}})
    assert pages(client, "list_trust_anchors", "trustAnchors") == [3]
    account.order(page_size=1)
    assert pages(client, "list_trust_anchors", "trustAnchors") == [1, 1, 1]
    account.order(page_size=2)
    assert pages(client, "list_trust_anchors", "trustAnchors") == [2, 1]
    account.order(page_size=None)
    assert pages(client, "list_trust_anchors", "trustAnchors") == [3]


def test_a_stand_in_keeps_to_the_callers_own_limit(account: Account) -> None:
    client = account.client("codeconnections")
    for at in range(3):
        client.create_connection(ConnectionName=f"c{at}", ProviderType="GitHub")
    first = client.list_connections(MaxResults=2)
    assert len(first["Connections"]) == 2
    rest = client.list_connections(MaxResults=2, NextToken=first["NextToken"])
    assert len(rest["Connections"]) == 1
    assert "NextToken" not in rest
    assert code(lambda: client.list_connections(NextToken="handoff.x")) == "ValidationException"


def test_a_body_that_is_one_member_pages_too(account: Account) -> None:
    account.order(page_size=2)
    client = account.client("cloudfront")
    first = client.list_anycast_ip_lists()["AnycastIpLists"]
    rest = client.list_anycast_ip_lists(Marker=first["NextMarker"])["AnycastIpLists"]
    assert [len(first["Items"]), len(rest["Items"])] == [2, 1]
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)


def test_small_pages_of_ministack_and_moto_still_give_all(account: Account) -> None:
    iam, s3, kms, ec2, ram, events = (account.client(name) for name in ("iam", "s3", "kms", "ec2", "ram", "lambda"))
    for at in range(3):
        iam.create_user(UserName=f"u{at}")
        s3.create_bucket(Bucket=f"b{at}-{account.id}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket=f"b0-{account.id}", Key=f"k {at}", Body=b"x")
        kms.create_key()
        ec2.create_security_group(GroupName=f"g{at}", Description="-")
        ram.create_resource_share(name=f"s{at}")
    groups = len(ec2.describe_security_groups()["SecurityGroups"])
    assert groups >= 3
    account.order(page_size=1)
    assert pages(iam, "list_users", "Users") == [1, 1, 1]
    assert sum(pages(iam, "get_account_authorization_details", "UserDetailList", Filter=["User"])) == 3
    assert pages(kms, "list_keys", "Keys") == [1, 1, 1]
    assert pages(s3, "list_objects_v2", "Contents", Bucket=f"b0-{account.id}") == [1, 1, 1]
    assert pages(ec2, "describe_security_groups", "SecurityGroups") == [1] * groups
    assert pages(ram, "get_resource_shares", "resourceShares", resourceOwner="SELF") == [1, 1, 1]
    assert pages(events, "list_functions", "Functions") == [0]
    names = [user["UserName"] for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    assert sorted(names) == ["u0", "u1", "u2"]


def test_their_pages_cut_into_ours(account: Account) -> None:
    """The caller's own limit makes ministack page; ours cut each of its pages."""
    s3, bucket = account.client("s3"), f"b-{account.id}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for at in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{at}", Body=b"x")
    ask = {"Bucket": bucket, "PaginationConfig": {"PageSize": 2}}
    assert pages(s3, "list_objects_v2", "Contents", **ask) == [2, 2, 1]
    account.order(page_size=1)
    assert pages(s3, "list_objects_v2", "Contents", **ask) == [1, 1, 1, 1, 1]
    assert [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(**ask) for item in page["Contents"]] == [f"k{at}" for at in range(5)]


@pytest.mark.parametrize(
    ("service", "op", "call"),
    [
        ("iam", "iam:ListUsers", "list_users"),
        ("rolesanywhere", "rolesanywhere:ListTrustAnchors", "list_trust_anchors"),
        ("ram", "ram:ListPermissions", "list_permissions"),
        ("ec2", "ec2:DescribeVpcs", "describe_vpcs"),
        ("s3", "s3:ListBuckets", "list_buckets"),
    ],
)
def test_throttled_twice_and_then_well(account: Account, service: str, op: str, call: str) -> None:
    client = account.client(service)
    account.order(record=True, faults=[{"op": op, "code": "Throttling", "status": 400, "times": 2}])
    assert [code(getattr(client, call)) for _ in range(3)] == ["Throttling", "Throttling", "ok"]
    assert account.calls() == [op] * 3
    account.order(faults=[{"op": op, "code": "Throttling", "times": 2}])
    assert code(getattr(account.client(service, attempts=3), call)) == "ok"


def test_unavailable_until_it_is_cleared(server: Server) -> None:
    account, other = server.account(), server.account()
    account.order(faults=[{"op": "iam:*", "code": "ServiceUnavailable", "status": 503, "headers": {"Retry-After": "1"}}])
    with pytest.raises(ClientError) as refused:
        account.client("iam").list_users()
    told = refused.value.response["ResponseMetadata"]
    assert (told["HTTPStatusCode"], told["HTTPHeaders"]["retry-after"]) == (503, "1")
    assert code(account.client("iam").list_roles) == "ServiceUnavailable"
    assert code(account.client("sts").get_caller_identity) == "ok"
    assert code(other.client("iam").list_users) == "ok"
    account.order(faults=[])
    assert code(account.client("iam").list_users) == "ok"


def test_an_order_that_is_none_is_refused(account: Account) -> None:
    url = f"{account.url}/_handoff/aws/control"
    for wrong in ({"account": account.id, "pagesize": 1}, {"page_size": 1}, {"account": account.id, "faults": [{"op": "iam:ListUsers"}]}):
        answer = httpx.post(url, json=wrong, trust_env=False)
        assert answer.status_code == 400, wrong
    assert httpx.post(url, json={"account": account.id, "page_size": 1}, trust_env=False).status_code == 200


def test_tables_outlive_the_process(server: Server) -> None:
    account = server.account()
    account.client("codeconnections").create_connection(ConnectionName="kept", ProviderType="GitHub")
    account.client("iam").create_user(UserName="kept")
    server.stop()
    server.start()
    assert [item["ConnectionName"] for item in account.client("codeconnections").list_connections()["Connections"]] == ["kept"]
    assert [user["UserName"] for user in account.client("iam").list_users()["Users"]] == ["kept"]
