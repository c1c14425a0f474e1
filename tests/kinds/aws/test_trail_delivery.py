from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.trail_delivery import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, cut, found, one, seeded, undo


def bucket(account: Account) -> str:
    name = f"trail-{account.id}"
    account.regional.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def trail(account: Account, name: str, to: str, **more: object) -> str:
    made: Any = account.regional.write_for("cloudtrail:CreateTrail", Name=name, S3BucketName=to, **more)[1]
    account.regional.write("cloudtrail:StartLogging", Name=name)
    return str(made["TrailARN"])


class Seed:
    """Nothing is tried: it is CloudTrail that delivers."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        trail(account, "to-nimbus", bucket(Account()))
        trail(account, "to-vendor", bucket(Account()))
        trail(account, "own", bucket(account))
        seldom = {"cloudtrail:UpdateTrail": "a trail to a bucket is stopped; a topic is taken off in a test of its own"}
        return seeded(KIND, account, "to-nimbus#", "to-vendor#", denied="cloudtrail:DescribeTrails", seldom=seldom)


SEED = Seed()


def test_a_topic_elsewhere_is_taken_off_and_the_trail_goes_on(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = trail(account, "own", bucket(account))
    assert found(KIND, account) == []
    topic = f"arn:aws:sns:{REGION}:{CUT}:told"
    account.regional.write("cloudtrail:UpdateTrail", Name=arn, SnsTopicName=topic)
    path = one(KIND, account, topic)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    status: Any = account.regional.get("cloudtrail:GetTrailStatus", Name=arn)
    assert status["IsLogging"] is True
    undo(KIND, account, path, before)


def test_a_log_group_elsewhere_comes_back_with_its_role(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = trail(account, "own", bucket(account))
    role = account.role("logs", {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"})
    group = f"arn:aws:logs:{REGION}:{CUT}:log-group:trail:*"
    account.regional.write("cloudtrail:UpdateTrail", Name=arn, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
    path = one(KIND, account, "log group#")
    before = cut(KIND, account, path)
    undo(KIND, account, path, before)
    (now,) = account.regional.read("cloudtrail:DescribeTrails", trailNameList=[arn])
    assert now["CloudWatchLogsRoleArn"] == role


def test_the_managements_trail_is_for_whoever_runs_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = trail(account, "whole", bucket(Account()))
    path = one(KIND, account, arn)
    theirs = f"arn:aws:cloudtrail:{REGION}:{CUT}:trail/whole"
    other = type(path)(**{name: getattr(path, name) for name in path.__slots__} | {"detail": {**path.detail, "trail": theirs}})
    assert [step.verb for step in KIND.steps(path)] == [Verb.DISABLE]
    assert [step.verb for step in KIND.steps(other)] == [Verb.MANUAL]
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
