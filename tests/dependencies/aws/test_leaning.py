"""Every kind of inbound dependency, over the wire: what leans on another account is found with its owner, what leans on the client's own is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest

from handoff import registry
from handoff.clouds._aws_ops import permission
from handoff.errors import AccessDenied
from handoff.model import Dependency, KindId, Scope, ScopeType
from handoff.wrap.record import RecordedReader
from tests.kinds.aws._account import REGION, Account

OTHER = "222222222222"
LEANINGS = sorted(registry.dependencies("aws"))


def layer(account: Account) -> tuple[str, str]:
    role = account.role("run", {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    for name, arn in (("theirs", f"arn:aws:lambda:{REGION}:{OTHER}:layer:agent:3"), ("ours", f"arn:aws:lambda:{REGION}:{account.id}:layer:base:1")):
        account.regional.write(
            "lambda:CreateFunction", FunctionName=name, Role=role, Runtime="python3.13", Handler="a.b", Code=code, Layers=[arn] if name == "theirs" else []
        )
    return f"function:theirs#arn:aws:lambda:{REGION}:{OTHER}:layer:agent:3", "ours"


def image(account: Account) -> tuple[str, str]:
    for family, owner in (("theirs", OTHER), ("ours", account.id)):
        containers = [{"name": "web", "image": f"{owner}.dkr.ecr.{REGION}.amazonaws.com/web:1", "memory": 64}]
        account.regional.write("ecs:RegisterTaskDefinition", family=family, containerDefinitions=containers)
    return f"theirs:1#{OTHER}.dkr.ecr.{REGION}.amazonaws.com/web:1", "ours"


def machine(account: Account) -> tuple[str, str]:
    described: Any = next(iter(account.regional.read("ec2:DescribeImages")))
    assert described["OwnerId"] != account.id, "the lab's public images are of another account"
    account.regional.write("ec2:RunInstances", ImageId=described["ImageId"], MinCount=1, MaxCount=1)
    _, made = account.regional.write_for("ec2:RegisterImage", Name="own", RootDeviceName="/dev/sda1")
    account.regional.write("ec2:CreateLaunchTemplate", LaunchTemplateName="own", LaunchTemplateData={"ImageId": made["ImageId"]})
    return f"#{described['ImageId']}", str(made["ImageId"])


def share(account: Account) -> tuple[str, str]:
    for owner, member, name in ((Account(), account, "theirs"), (account, Account(), "ours")):
        arn = f"arn:aws:ec2:{REGION}:{owner.id}:subnet/subnet-{name}"
        owner.regional.write("ram:CreateResourceShare", name=name, principals=[member.id], resourceArns=[arn])
    return "subnet/subnet-theirs", "subnet-ours"


def key(account: Account) -> tuple[str, str]:
    for name, owner in (("theirs", OTHER), ("ours", account.id)):
        bucket = f"{name}-{account.id}"
        account.regional.write("s3:CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:{REGION}:{owner}:key/11111111-2222-4333-8444-555555555555"}
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
        account.regional.write("s3:PutBucketEncryption", Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    return f"arn:aws:s3:::theirs-{account.id}#arn:aws:kms:{REGION}:{OTHER}:key/", "ours"


PLANTS: Mapping[str, Callable[[Account], tuple[str, str]]] = {
    "aws.container_image": image,
    "aws.encryption_key": key,
    "aws.lambda_layer": layer,
    "aws.machine_image": machine,
    "aws.shared_in": share,
}


@pytest.mark.parametrize("name", LEANINGS)
def test_says_what_it_is(name: str) -> None:
    leaning = registry.dependencies("aws")[KindId(name)]
    assert leaning.title
    assert leaning.replace
    assert leaning.blind
    assert re.search(r"https://\S+ \(read \d{4}-\d\d-\d\d\)", leaning.source)
    assert re.fullmatch(r"[A-Z]\d+|1\.5", leaning.row)
    assert name not in registry.kinds("aws"), "coverage names kinds and dependencies side by side"


def found(account: Account, name: str, seen: Callable[[str], None] = lambda _: None) -> dict[str, Dependency]:
    leaning = registry.dependencies("aws")[KindId(name)]
    return {one.id: one for one in leaning.discover(RecordedReader(account.regional, seen))}


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_finds_what_leans_on_another_account_and_nothing_else(lab_env: Mapping[str, str], name: str) -> None:
    account = Account()
    used: set[str] = set()
    assert not found(account, name)
    theirs, ours = PLANTS[name](account)
    (one,) = found(account, name, used.add).values()
    assert theirs in one.id
    assert ours not in one.id
    assert one.owner != account.id
    assert one.needs
    leaning = registry.dependencies("aws")[KindId(name)]
    assert used <= leaning.reads
    assert not list(leaning.used(account.regional, one, datetime(2026, 1, 1, tzinfo=UTC)))
    for op in sorted(used):
        login = account.user(
            f"less-{op.split(':')[1]}", may=[{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": permission(op), "Resource": "*"}]
        )
        with pytest.raises(AccessDenied):
            list(leaning.discover(account.cloud.open(account.region, login)))


class Answers:
    """Gives what AWS would, where the lab's AWS has no zones of other accounts and tells of no authority; checked against botocore's model of each answer."""

    scope = Scope(type=ScopeType.AWS_REGION, id="111111111111", region=REGION)

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        for op, answer in answers.items():
            service, name = op.split(":")
            shape = botocore.session.get_session().get_service_model(service).operation_model(name).output_shape
            for member, value in answer.items():
                told = shape.members[member]
                one, known = (value[0], told.member) if told.type_name == "list" else (value, told)
                assert set(one) <= set(known.members), op

    def read(self, op: str, /, **params: object) -> Iterator[Any]:
        yield from next(iter(self._answers[op].values()))

    def get(self, op: str, /, **params: object) -> Any:
        return self._answers[op]


ARN = f"arn:aws:acm:{REGION}:111111111111:certificate/1"


def certificate(owner: str) -> Answers:
    told = {
        "CertificateArn": ARN,
        "DomainName": "acme.example",
        "InUseBy": ["a", "b"],
        "CertificateAuthorityArn": f"arn:aws:acm-pca:{REGION}:{owner}:certificate-authority/2",
    }
    return Answers({"acm:ListCertificates": {"CertificateSummaryList": [{"CertificateArn": ARN}]}, "acm:DescribeCertificate": {"Certificate": told}})


def zones(owner: str) -> Answers:
    zone = {"HostedZoneId": "Z1", "Name": "corp.example.", "Owner": {"OwningAccount": owner}}
    return Answers(
        {"ec2:DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "111111111111"}]}, "route53:ListHostedZonesByVPC": {"HostedZoneSummaries": [zone]}}
    )


@pytest.mark.parametrize(("name", "answers", "wanted"), [("aws.private_ca", certificate, f"{ARN}#arn:aws:acm-pca:"), ("aws.private_zone", zones, "vpc-1#Z1")])
def test_finds_it_in_answers_of_aws(name: str, answers: Callable[[str], Answers], wanted: str) -> None:
    leaning = registry.dependencies("aws")[KindId(name)]
    (one,) = leaning.discover(answers(OTHER))
    assert one.id.startswith(wanted)
    assert one.owner == OTHER
    assert not list(leaning.discover(answers("111111111111")))


@pytest.mark.parametrize("name", sorted(set(LEANINGS) - set(PLANTS)))
def test_reads_an_account_that_leans_on_nobody(lab_env: Mapping[str, str], name: str) -> None:
    used: set[str] = set()
    assert not found(Account(), name, used.add)
    assert used
