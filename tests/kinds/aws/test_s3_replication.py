from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.s3_replication import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def bucket(account: Account, name: str) -> str:
    full = f"{name}-{account.id}"
    account.regional.write("s3:CreateBucket", Bucket=full, CreateBucketConfiguration={"LocationConstraint": REGION})
    account.writer.write("s3:PutBucketVersioning", Bucket=full, VersioningConfiguration={"Status": "Enabled"})
    return full


def rule(name: str, to: str, priority: int, **more: object) -> dict[str, Any]:
    return {
        "ID": name,
        "Priority": priority,
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{to}", **more},
    }


def replicate(account: Account, source: str, *rules: dict[str, Any]) -> None:
    role = account.role("copy", {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    account.writer.write("s3:PutBucketReplication", Bucket=source, ReplicationConfiguration={"Role": role, "Rules": list(rules)})


class Seed:
    """Nothing is tried: it is S3 that copies."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, provider, vendor = Account(), Account(), Account()
        bad, good = bucket(provider, "copy"), bucket(vendor, "copy")
        replicate(account, bucket(account, "shop"), rule("away", bad, 1), rule("vendor", good, 2))
        return seeded(KIND, account, bad, good, denied="s3:GetReplicationConfiguration")


SEED = Seed()


def test_own_buckets_are_none_and_only_the_rule_is_switched(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    source, own, away = bucket(account, "shop"), bucket(account, "copy"), bucket(provider, "copy")
    replicate(account, source, rule("own", own, 1), rule("away", away, 2, Account=provider.id, AccessControlTranslation={"Owner": "Destination"}))
    (path,) = found(KIND, account)
    assert (Clue.AWS_ACCOUNT, provider.id) in path.clues
    before = cut(KIND, account, path)
    left: Any = account.writer.get("s3:GetBucketReplication", Bucket=source)
    assert {one["ID"]: one["Status"] for one in left["ReplicationConfiguration"]["Rules"]} == {"own": "Enabled", "away": "Disabled"}
    undo(KIND, account, path, before)
    assert one(KIND, account, away).id == path.id
