from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Provider, Resource


def made(type_token: str, inputs: Mapping[str, object], provider: Mapping[str, object] | None = None) -> Resource:
    package = type_token.split(":", 1)[0]
    return Resource(
        urn="u", type=type_token, name="n", inputs=inputs, provider=None if provider is None else Provider(type=f"pulumi:providers:{package}", inputs=provider)
    )


@pytest.mark.parametrize(
    ("type_token", "inputs", "provider", "region", "own"),
    [
        ("aws:s3/bucket:Bucket", {"region": "eu-west-1"}, {"region": "us-east-1"}, "eu-west-1", True),
        ("aws:s3/bucket:Bucket", {}, {"region": "us-east-1"}, "us-east-1", False),
        ("aws:s3/bucket:Bucket", {"region": UNKNOWN}, {"region": "us-east-1"}, UNKNOWN, True),
        ("aws:s3/bucket:Bucket", {}, {"region": UNKNOWN}, UNKNOWN, False),
        ("aws:s3/bucket:Bucket", {}, {}, None, False),
        ("aws:s3/bucket:Bucket", {}, None, None, False),
        ("azure-native:storage:StorageAccount", {"location": "West Europe"}, {}, "westeurope", True),
        ("gcp:compute/disk:Disk", {"zone": "europe-west1-b"}, {"region": "us-east1"}, "europe-west1", True),
        ("gcp:compute/disk:Disk", {}, {"zone": "us-east1-b"}, "us-east1", False),
        ("gcp:storage/bucket:Bucket", {"location": "EUR4"}, {}, "eur4", True),
    ],
)
def test_the_resource_beats_its_provider(
    type_token: str, inputs: Mapping[str, object], provider: Mapping[str, object] | None, region: object, own: bool
) -> None:
    found = effective(made(type_token, inputs, provider))
    assert found is not None
    assert found.region == region
    assert found.is_own is own


@pytest.mark.parametrize("type_token", ["azuread:index/group:Group", "random:index/randomId:RandomId", "pulumi:providers:aws"])
def test_others_have_no_region(type_token: str) -> None:
    assert effective(made(type_token, {"location": "x"})) is None


def test_a_region_of_the_wrong_shape_is_unknown_and_never_the_providers() -> None:
    provider = Provider(type="pulumi:providers:aws", inputs={"region": "eu-west-1"})
    for value in (7, ["eu-west-1"], {"a": 1}, False):
        found = effective(Resource(urn="u", type="aws:s3/bucket:Bucket", name="b", inputs={"region": value}, provider=provider))
        assert found is not None
        assert found.region is UNKNOWN
    unset = effective(Resource(urn="u", type="aws:s3/bucket:Bucket", name="b", inputs={}, provider=provider))
    assert unset is not None
    assert unset.region == "eu-west-1"
