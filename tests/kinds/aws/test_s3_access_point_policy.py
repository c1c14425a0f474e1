from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.s3_access_point_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    name = f"records-{account.id}"
    account.regional.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.regional.write("s3:DeletePublicAccessBlock", Bucket=name)
    # As AWS advises: the bucket leaves it to its access points whom they let in.
    trusted = {"Sid": "Delegated", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    given = document({**trusted, "Condition": {"StringEquals": {"s3:DataAccessPointAccount": account.id}}})
    account.regional.write("s3:PutBucketPolicy", Bucket=name, Policy=given)
    account.regional.write("s3:PutObject", Bucket=name, Key="note", Body=b"hello")
    _, answer = account.regional.write_for("s3control:CreateAccessPoint", AccountId=account.id, Name="partners", Bucket=name)
    return str(answer["Alias"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("s3control:PutAccessPointPolicy", AccountId=account.id, Name="partners", Policy=text.replace("ACCOUNT", account.id))


SEED = PolicySeed(
    kind=KIND,
    drops=("s3control:DeleteAccessPointPolicy",),
    make=make,
    put=put,
    action="s3:GetObject",
    denied="s3:GetAccessPointPolicy",
    resource=lambda made: "arn:aws:s3:eu-west-1:ACCOUNT:accesspoint/partners/object/*",
    tried=lambda made: ("s3:GetObject", {"Bucket": made, "Key": "note"}),
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_an_access_point_made_anew_is_another(lab_env: Mapping[str, str]) -> None:
    account = Account()
    first = make(account)
    put(account, first, document(SEED.statement(first, [FOREIGN[0]])))
    (before,) = SEED.paths(account)
    account.regional.write("s3control:DeleteAccessPoint", AccountId=account.id, Name="partners")
    account.regional.write("s3control:CreateAccessPoint", AccountId=account.id, Name="partners", Bucket=f"records-{account.id}")
    put(account, first, document(SEED.statement(first, [FOREIGN[0]])))
    (after,) = SEED.paths(account)
    assert before.holder == after.holder
    assert before.id != after.id
