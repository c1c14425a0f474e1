from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.engine import images
from handoff.errors import CloudError
from handoff.kinds.aws import s3_bucket_policy
from handoff.kinds.aws.s3_bucket_policy import KIND
from handoff.model import AccessPath, Clue, Json, Outcome, Receipt, Verb, Verdict
from tests.kinds.aws._account import Account, document


def bucket(account: Account, *statements: dict[str, Any]) -> str:
    name = f"records-{account.id}"
    account.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.writer.write("s3:DeletePublicAccessBlock", Bucket=name)
    if statements:
        account.writer.write("s3:PutBucketPolicy", Bucket=name, Policy=document(*statements))
    return name


def allow(name: str, principal: object, sid: str = "Share", **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{name}", **more}


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        # The emulator shows a bucket to its own account only; so the strangers are users whom nothing but the bucket policy lets in.
        client = Account()
        bad, good = client.user("nimbus", may=[]), client.user("partner", may=[])
        name = f"records-{client.id}"
        bucket(client, allow(name, {"AWS": [bad.principal, good.principal]}))
        ids = {path.holder: path.id for path in KIND.discover(client.writer)}
        return SimpleNamespace(
            scope=client.scope,
            login=client.root,
            path_id=ids[bad.principal],
            bystander_id=ids[good.principal],
            tried=(client.scope, bad, "s3:ListObjectsV2", {"Bucket": name}),
            bystander_tried=(client.scope, good, "s3:ListObjectsV2", {"Bucket": name}),
            denied=client.denied("s3:GetBucketPolicy"),
            seldom={"s3:DeleteBucketPolicy": "the bystander keeps the policy; the last statement goes in a test of its own"},
        )


SEED = Seed()


def policy(account: Account, name: str) -> Any:
    answer = account.writer.get("s3:GetBucketPolicy", Bucket=name)
    return json.loads(str(answer["Policy"])) if answer else None


def paths(account: Account) -> list[AccessPath]:
    return list(KIND.discover(account.writer))


def cut(account: Account, path: AccessPath) -> tuple[Json, list[Receipt]]:
    before = KIND.image(account.writer, path)
    assert before is not None
    return before, list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))


def test_one_path_for_each_principal_of_each_statement(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = f"records-{account.id}"
    deny = {
        "Sid": "Tls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{name}",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    bucket(
        account,
        allow(name, {"AWS": ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:role/x"]}, "One"),
        allow(name, {"AWS": "arn:aws:iam::222222222222:root"}, "Two"),
        allow(name, "*", "Open"),
        allow(name, "*", "Narrow", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-nimbus"}}),
        allow(name, {"Service": "cloudtrail.amazonaws.com"}, "Trail", Condition={"StringEquals": {"aws:SourceAccount": "222222222222"}}),
        deny,
    )
    found = {(path.detail["sid"], path.holder): path.clues for path in paths(account)}
    assert found == {
        ("One", "arn:aws:iam::222222222222:root"): ((Clue.AWS_ARN, "arn:aws:iam::222222222222:root"), (Clue.AWS_ACCOUNT, "222222222222")),
        ("One", "arn:aws:iam::333333333333:role/x"): ((Clue.AWS_ARN, "arn:aws:iam::333333333333:role/x"), (Clue.AWS_ACCOUNT, "333333333333")),
        ("Two", "arn:aws:iam::222222222222:root"): ((Clue.AWS_ARN, "arn:aws:iam::222222222222:root"), (Clue.AWS_ACCOUNT, "222222222222")),
        ("Open", "*"): ((Clue.EVERYONE, "anyone"),),
        ("Narrow", "*"): ((Clue.AWS_ORG, "o-nimbus"),),
        ("Trail", "cloudtrail.amazonaws.com"): ((Clue.AWS_SERVICE, "cloudtrail.amazonaws.com"), (Clue.AWS_ACCOUNT, "222222222222")),
    }
    assert len({path.id for path in paths(account)}) == len(found)


def test_a_policy_with_nothing_left_is_deleted_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login = account.user("nimbus", may=[])
    name = f"records-{account.id}"
    statement = allow(name, {"AWS": login.principal})
    bucket(account, statement)
    (path,) = paths(account)
    before, receipts = cut(account, path)
    assert [receipt.op for receipt in receipts] == ["s3:DeleteBucketPolicy"]
    assert policy(account, name) is None
    assert account.works(login, "s3:ListObjectsV2", Bucket=name) == Outcome.REFUSED
    list(KIND.undo(account.writer, path, Verb.DISABLE, before))
    assert policy(account, name) == {"Version": "2012-10-17", "Statement": [statement]}
    assert account.works(login, "s3:ListObjectsV2", Bucket=name) == Outcome.WORKED


def test_two_paths_of_one_policy_do_not_see_each_other(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = f"records-{account.id}"
    both = ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"]
    bucket(account, allow(name, {"AWS": both}))
    one, two = sorted(paths(account), key=lambda path: path.holder)
    image = images.digest(KIND.image(account.writer, two))
    first, _ = cut(account, one)
    assert images.digest(KIND.image(account.writer, two)) == image
    second, _ = cut(account, two)
    list(KIND.undo(account.writer, one, Verb.DISABLE, first))
    assert [path.holder for path in paths(account)] == [one.holder]
    assert KIND.probe(account.writer, two) is Verdict.GONE
    list(KIND.undo(account.writer, two, Verb.DISABLE, second))
    assert sorted(policy(account, name)["Statement"][0]["Principal"]["AWS"]) == both


def test_a_policy_that_cannot_be_read_is_no_empty_one(lab_env: Mapping[str, str]) -> None:
    class Broken:
        scope = Account().scope

        def get(self, op: str, /, **params: object) -> Json:
            return {"Policy": "<html>busy</html>"}

    with pytest.raises(CloudError, match="not JSON"):
        s3_bucket_policy._read(Broken(), "records")  # type: ignore[arg-type]


def test_a_bucket_without_a_policy_has_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bucket(account)
    assert paths(account) == []
