from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.firehose_destination import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import found, one, seeded


def stream(account: Account, name: str, *, url: str = "", bucket: str = "") -> None:
    own = f"own-{account.id}"
    store = {"RoleARN": f"arn:aws:iam::{account.id}:role/stream", "BucketARN": f"arn:aws:s3:::{bucket or own}"}
    if url:
        there = {"Url": url, "Name": "there", "AccessKey": "hush"}
        given: dict[str, Any] = {
            "HttpEndpointDestinationConfiguration": {"EndpointConfiguration": there, "S3Configuration": store, "RoleARN": store["RoleARN"]}
        }
    else:
        given = {"ExtendedS3DestinationConfiguration": store}
    account.regional.write("firehose:CreateDeliveryStream", DeliveryStreamName=name, DeliveryStreamType="DirectPut", **given)


def account_with_bucket() -> Account:
    account = Account()
    account.regional.write("s3:CreateBucket", Bucket=f"own-{account.id}", CreateBucketConfiguration={"LocationConstraint": REGION})
    return account


class Seed:
    """Nothing is tried: it is Firehose that delivers."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = account_with_bucket()
        stream(account, "away", url="https://in.nimbus.example/v1")
        stream(account, "vendor", bucket="a-vendors-bucket")
        stream(account, "own")
        return seeded(KIND, account, "in.nimbus.example", "a-vendors-bucket", denied="firehose:ListDeliveryStreams")


SEED = Seed()


def test_host_and_bucket_tell_whose_and_neither_key_nor_path_is_shown(lab_env: Mapping[str, str]) -> None:
    account = account_with_bucket()
    stream(account, "own")
    assert found(KIND, account) == []
    stream(account, "away", url="https://in.nimbus.example/hush?key=hush")
    path = one(KIND, account, "in.nimbus.example")
    assert path.clues == ((Clue.DOMAIN, "in.nimbus.example"),)
    assert "hush" not in f"{path} {KIND.image(account.regional, path)}"


def test_more_streams_than_one_answer_holds(lab_env: Mapping[str, str]) -> None:
    account = account_with_bucket()
    for at in range(12):
        stream(account, f"s{at}", bucket="a-vendors-bucket")
    assert len(found(KIND, account)) == 12
