from __future__ import annotations

import importlib
from importlib.metadata import version

import pytest

from handoff.lab.provider import known
from handoff.lab.provider.known import SETTINGS, package

AWS_BASELINE = {
    "aws:iam/role:Role",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:cloudtrail/trail:Trail",
    "aws:kms/key:Key",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:budgets/budget:Budget",
    "aws:backup/vault:Vault",
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:cloudwatch/logGroup:LogGroup",
}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_package_answers_its_sdks_version(name: str) -> None:
    assert package(name).version == version(f"pulumi-{name}")
    assert all(token.startswith(f"{name}:") for token in package(name).records)


def test_the_baseline_types_are_known() -> None:
    assert package("aws").records.keys() >= AWS_BASELINE
    assert set(known.tokens()["aws"]) == set(package("aws").records)


@pytest.mark.parametrize(("name", "token"), [(name, token) for name in sorted(SETTINGS) for token in sorted(package(name).records)])
def test_records_are_consistent(name: str, token: str) -> None:
    record = package(name).records[token]
    assert not record.handled & record.kept
    assert not record.write_only & record.kept
    for part in (record.required, record.replace_on, frozenset(record.defaults), record.documents):
        assert part <= record.inputs
    assert record.name_property is None or record.name_property in record.handled
    assert record.secret <= record.computed | record.inputs


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("token", sorted(package("aws").records))
def test_properties_are_the_sdks(token: str) -> None:
    """Every property of an AWS record is one that the SDK's class has, so that a misspelt one cannot hide."""
    module, _, name = token.removeprefix("aws:").partition("/")
    resource = getattr(importlib.import_module(f"pulumi_aws.{module}"), name.partition(":")[2])
    record = package("aws").records[token]
    properties = {attribute for attribute in vars(resource) if isinstance(vars(resource)[attribute], property)}
    assert record.inputs | record.computed <= {_camel(item) for item in properties}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
