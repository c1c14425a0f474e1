from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.ssm_association import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, seeded

FOREIGN = "arn:aws:ssm:eu-west-1:222222222222:document/agent"


def association(account: Account, document: str, bucket: str = "", **more: object) -> str:
    output = {"OutputLocation": {"S3Location": {"OutputS3BucketName": bucket}}} if bucket else {}
    answer = made(account, "ssm:CreateAssociation", "AssociationDescription", Name=document, **output, **more)
    return str(answer["AssociationId"])


class Seed:
    """Nothing is tried: documents run on hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = association(account, FOREIGN, bucket="nimbus-output"), association(account, "AWS-GatherSoftwareInventory")
        return seeded(account, bad, good, denied="ssm:DescribeAssociation")


SEED = Seed()


@pytest.mark.parametrize(
    ("document", "bucket", "clues"),
    [
        pytest.param(FOREIGN, "", {(Clue.AWS_ARN, FOREIGN), (Clue.AWS_ACCOUNT, "222222222222")}, id="somebody-else's"),
        pytest.param("AWS-RunPatchBaseline", "", {(Clue.AWS_SERVICE, "ssm.amazonaws.com")}, id="aws's"),
        pytest.param("AWS-RunShellScript", "elsewhere", {(Clue.NAME, "AWS-RunShellScript")}, id="aws's-with-output-to-nobody-knows-whom"),
        pytest.param("harden", "", "own", id="own"),
        pytest.param("harden", "own", "own", id="own-with-own-bucket"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], document: str, bucket: str, clues: Any) -> None:
    account = Account()
    if bucket == "own":
        bucket = f"output-{account.id}"
        account.writer.write("s3:CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    path = path_of(KIND, account, association(account, document, bucket))
    assert set(path.clues) == ({(Clue.AWS_ACCOUNT, account.id)} if clues == "own" else clues)


def test_its_tags_count(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, association(account, "harden", Tags=[{"Key": "team", "Value": "nimbus"}]))
    assert (Clue.TAG, "team=nimbus") in path.clues
