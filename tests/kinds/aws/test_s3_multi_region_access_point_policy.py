from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.s3_multi_region_access_point_policy import KIND
from handoff.model import Scope, ScopeType, Verdict
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    name = f"records-{account.id}"
    account.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.writer.write(
        "s3control:CreateMultiRegionAccessPoint", AccountId=account.id, ClientToken="one", Details={"Name": "records", "Regions": [{"Bucket": name}]}
    )
    (point,) = account.writer.read("s3control:ListMultiRegionAccessPoints", AccountId=account.id)
    return f"arn:aws:s3::{account.id}:accesspoint/{point['Alias']}"


def put(account: Account, made: str, text: str) -> None:
    account.writer.write(
        "s3control:PutMultiRegionAccessPointPolicy", AccountId=account.id, ClientToken=str(uuid.uuid4()), Details={"Name": "records", "Policy": text}
    )


SEED = PolicySeed(
    kind=KIND,
    make=make,
    put=put,
    action="s3:GetObject",
    denied="s3:GetMultiRegionAccessPointPolicy",
    resource=lambda made: f"{made}/object/*",
)
"""Requests through such an access point need a signature for all regions, which our client does not make, so no try."""


def test_a_policy_that_cannot_be_removed_keeps_its_own_account_only(lab_env: Mapping[str, str]) -> None:
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Sid"] == "HandoffOwnAccountOnly"
    assert kept["Principal"]["AWS"].endswith(":root")
    assert kept["Principal"]["AWS"] not in FOREIGN


class Spreading:
    """S3 while a change runs: the policy in force, and the proposed one."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def __init__(self, established: str, proposed: str) -> None:
        self.established, self.proposed = established, proposed

    def read(self, op: str, /, **params: object) -> Any:
        return iter([{"Name": "records", "Alias": "abc.mrap"}])

    def get(self, op: str, /, **params: object) -> Any:
        return {"Policy": {"Established": {"Policy": self.established}, "Proposed": {"Policy": self.proposed}}}


def test_while_the_regions_differ_nobody_can_tell() -> None:
    one = document(SEED.statement("arn", {"AWS": FOREIGN[0]}))
    other = document(SEED.statement("arn", {"AWS": FOREIGN[1]}))
    before: Any = Spreading(one, "")
    (path,) = KIND.discover(before)
    assert KIND.probe(before, path) is Verdict.ALIVE
    during: Any = Spreading(one, other)
    assert KIND.probe(during, path) is Verdict.UNKNOWN
    after: Any = Spreading(other, "")
    assert KIND.probe(after, path) is Verdict.GONE
