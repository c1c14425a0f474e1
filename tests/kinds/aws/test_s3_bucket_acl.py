from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.s3_bucket_acl import KIND
from handoff.model import AccessPath, Clue, Json, Verb, Verdict
from tests.kinds.aws._account import Account

GROUPS = "http://acs.amazonaws.com/groups/"
SIGNED_IN, ALL, LOGS = f"{GROUPS}global/AuthenticatedUsers", f"{GROUPS}global/AllUsers", f"{GROUPS}s3/LogDelivery"
STRANGER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def bucket(account: Account, *grants: tuple[str, str]) -> str:
    name = f"records-{account.id}"
    account.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}, ObjectOwnership="BucketOwnerPreferred")
    account.writer.write("s3:DeletePublicAccessBlock", Bucket=name)
    put(account, name, *grants)
    return name


def put(account: Account, name: str, *grants: tuple[str, str]) -> None:
    own = owner(account, name)
    made = [{"Grantee": grantee(who), "Permission": permission} for who, permission in ((own, "FULL_CONTROL"), *grants)]
    account.writer.write("s3:PutBucketAcl", Bucket=name, AccessControlPolicy={"Owner": {"ID": own}, "Grants": made})


def grantee(who: str) -> Json:
    return {"Type": "Group", "URI": who} if who.startswith("http") else {"Type": "CanonicalUser", "ID": who}


def owner(account: Account, name: str) -> str:
    answer: Any = account.writer.get("s3:GetBucketAcl", Bucket=name)
    return str(answer["Owner"]["ID"])


def grants(account: Account, name: str) -> set[tuple[str, str]]:
    answer: Any = account.writer.get("s3:GetBucketAcl", Bucket=name)
    return {(grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"]) for grant in answer["Grants"]}


class Seed:
    """Everybody who is signed in may list, anybody at all may write: the emulator lets in groups by a bucket's ACL, and no single account."""

    def start(self, lab: Any) -> SimpleNamespace:
        client, stranger = Account(), Account()
        name = bucket(client, (SIGNED_IN, "READ"), (ALL, "WRITE"))
        login = stranger.user("nimbus")
        return SimpleNamespace(
            scope=client.scope,
            login=client.root,
            path_id=f"arn:aws:s3:::{name}#{SIGNED_IN}",
            bystander_id=f"arn:aws:s3:::{name}#{ALL}",
            tried=(client.scope, login, "s3:ListObjectsV2", {"Bucket": name}),
            bystander_tried=(client.scope, login, "s3:PutObject", {"Bucket": name, "Key": "note"}),
            denied=client.denied("s3:GetBucketAcl"),
        )


SEED = Seed()


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.holder: path for path in KIND.discover(account.writer)}


def test_one_path_for_each_grantee_but_the_owner(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bucket(account, (SIGNED_IN, "READ"), (ALL, "READ"), (LOGS, "WRITE"), (LOGS, "READ_ACP"), (STRANGER, "FULL_CONTROL"))
    found = paths(account)
    assert {holder: (path.clues, path.detail["permissions"], path.mints) for holder, path in found.items()} == {
        SIGNED_IN: (((Clue.EVERYONE, "anyone with any AWS account"),), ["READ"], ()),
        ALL: (((Clue.EVERYONE, "anyone"),), ["READ"], ()),
        LOGS: (((Clue.AWS_SERVICE, "logging.s3.amazonaws.com"),), ["READ_ACP", "WRITE"], ()),
        STRANGER: (((Clue.AWS_CANONICAL_ID, STRANGER),), ["FULL_CONTROL"], ("s3:PutBucketAcl",)),
    }


def test_the_others_keep_what_they_have_and_undo_gives_back_every_permission(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account, (LOGS, "WRITE"), (LOGS, "READ_ACP"), (STRANGER, "READ"))
    whole, path = grants(account, name), paths(account)[LOGS]
    before = KIND.image(account.writer, path)
    assert before is not None
    list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert grants(account, name) == {pair for pair in whole if pair[0] != LOGS}
    assert KIND.probe(account.writer, path) is Verdict.GONE
    put(account, name, (STRANGER, "READ"), (ALL, "READ"))
    list(KIND.undo(account.writer, path, Verb.DISABLE, before))
    assert grants(account, name) == whole | {(ALL, "READ")}


def test_a_bucket_without_lists_has_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.writer.write("s3:CreateBucket", Bucket=f"plain-{account.id}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert paths(account) == {}
    bucket(account, (ALL, "READ"))
    assert set(paths(account)) == {ALL}
