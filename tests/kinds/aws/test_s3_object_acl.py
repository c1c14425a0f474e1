from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import Unsupported
from handoff.kinds.aws.s3_object_acl import KIND, S3ObjectAcl
from handoff.model import AccessPath, Clue, Scope, ScopeType, Verb, Verdict
from tests.kinds.aws._account import Account

READERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def bucket(account: Account) -> str:
    name = f"records-{account.id}"
    account.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}, ObjectOwnership="BucketOwnerPreferred")
    account.writer.write("s3:DeletePublicAccessBlock", Bucket=name)
    return name


def own(account: Account) -> str:
    """The account's canonical id, which S3 shows as the owner of its buckets."""
    answer: Any = account.writer.get("s3:ListBuckets")
    return str(answer["Owner"]["ID"])


def put(account: Account, name: str, key: str, *readers: str) -> None:
    account.writer.write("s3:PutObject", Bucket=name, Key=key, Body=b"hello")
    given = [{"Grantee": {"Type": "CanonicalUser", "ID": own(account)}, "Permission": "FULL_CONTROL"}]
    for reader in readers:
        who = {"Type": "Group", "URI": reader} if reader.startswith("http") else {"Type": "CanonicalUser", "ID": reader}
        given.append({"Grantee": who, "Permission": "READ"})
    account.writer.write("s3:PutObjectAcl", Bucket=name, Key=key, AccessControlPolicy={"Owner": {"ID": own(account)}, "Grants": given})


class Seed:
    """Two other accounts that one object lets in."""

    def start(self, lab: Any) -> SimpleNamespace:
        client, bad, good = Account(), Account(), Account()
        name = bucket(client)
        put(client, name, "report", own(bad), own(good))
        ids = {path.holder: path.id for path in KIND.discover(client.writer)}
        return SimpleNamespace(
            scope=client.scope,
            login=client.root,
            path_id=ids[own(bad)],
            bystander_id=ids[own(good)],
            tried=(client.scope, bad.user("nimbus"), "s3:GetObject", {"Bucket": name, "Key": "report"}),
            bystander_tried=(client.scope, good.user("partner"), "s3:GetObject", {"Bucket": name, "Key": "report"}),
            denied=client.denied("s3:GetObjectVersionAcl"),
        )


SEED = Seed()


def paths(account: Account) -> list[AccessPath]:
    return list(KIND.discover(account.writer))


def test_every_version_has_a_list_of_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account)
    account.writer.write("s3:PutBucketVersioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    put(account, name, "report", READERS)
    put(account, name, "report")
    put(account, name, "gone")
    account.writer.write("s3:DeleteObject", Bucket=name, Key="gone")
    (path,) = paths(account)
    assert path.clues == ((Clue.EVERYONE, "anyone"),)
    assert path.detail["version"] not in {"", "null"}


def test_where_the_bucket_owns_everything_no_list_counts(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account)
    put(account, name, "report", READERS)
    (path,) = paths(account)
    account.writer.write("s3:PutBucketOwnershipControls", Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert paths(account) == []
    assert KIND.probe(account.writer, path) is Verdict.GONE


def test_more_objects_than_are_asked_one_by_one_is_no_complete_reading(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account)
    for number in range(3):
        put(account, name, f"report-{number}", READERS)
    assert len(list(S3ObjectAcl(most=3).discover(account.writer))) == 3
    with pytest.raises(Unsupported, match="more than 2 object versions"):
        list(S3ObjectAcl(most=2).discover(account.writer))


class Written:
    """A bucket in which another account wrote an object and kept it; the emulator gives every object to the bucket's owner."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def read(self, op: str, /, **params: object) -> Any:
        version = {"Key": "report", "VersionId": "null", "IsLatest": True, "Owner": {"ID": "b" * 64}}
        return iter([{"Name": "records"}] if op == "s3:ListBuckets" else [{"Versions": version}])

    def get(self, op: str, /, **params: object) -> Any:
        assert op != "s3:GetObjectAcl", "the list of another account's object is closed to the bucket's owner"
        return {"Owner": {"ID": "a" * 64}, "Grants": []} if op == "s3:GetBucketAcl" else None


def test_an_object_that_another_account_owns_is_a_path_that_a_person_ends() -> None:
    reader: Any = Written()
    (path,) = KIND.discover(reader)
    assert path.clues == ((Clue.AWS_CANONICAL_ID, "b" * 64),)
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert "BucketOwnerEnforced" in step.effect
    assert KIND.probe(reader, path) is Verdict.ALIVE
