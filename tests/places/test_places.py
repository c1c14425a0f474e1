from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handoff import places


@pytest.mark.parametrize(
    "name",
    ["eu", "us", "eea", "uk", "switzerland", "Germany", "de", "south korea", "north-america", "eu-west-1", "westeurope", "West Europe", "europe-west1", "eur4"],
)
def test_known_places(name: str) -> None:
    assert places.known(name)


@pytest.mark.parametrize("name", ["", "  ", "atlantis", "eu-west-99", "westeurpe", "eu,us", "*"])
def test_unknown_places(name: str) -> None:
    assert not places.known(name)


@pytest.mark.parametrize(
    ("cloud", "name", "expected"),
    [
        ("aws", "eu-west-1", True),
        ("aws", "westeurope", False),
        ("azure", "West Europe", True),
        ("azure", "global", False),
        ("gcp", "europe-west1", True),
        ("gcp", "EU", False),
        ("gcp", "eur4", False),
        ("oci", "eu-west-1", False),
    ],
)
def test_is_region(cloud: str, name: str, expected: bool) -> None:
    assert places.is_region(cloud, name) is expected


@pytest.mark.parametrize(
    ("cloud", "region", "allowed", "expected"),
    [
        ("aws", "eu-west-1", ["eu"], True),
        ("aws", "eu-west-2", ["eu"], False),
        ("aws", "eu-west-2", ["eu", "uk"], True),
        ("aws", "eu-central-2", ["eea"], False),
        ("aws", "eu-central-2", ["switzerland"], True),
        ("aws", "eu-west-1", ["eu-west-1"], True),
        ("aws", "eu-west-3", ["eu-west-1"], False),
        ("aws", "eu-west-1", [], False),
        ("aws", "eu-new-9", ["eu"], False),
        ("aws", "eu-new-9", ["eu-new-9"], True),
        ("azure", "North Europe", ["eu"], True),
        ("azure", "norwayeast", ["eu"], False),
        ("azure", "norwayeast", ["eea"], True),
        ("azure", "uksouth", ["eu"], False),
        ("gcp", "EU", ["eu"], True),
        ("gcp", "US", ["eu"], False),
        ("gcp", "EUR4", ["eu"], True),
        ("gcp", "EUR5", ["eu"], False),
        ("gcp", "EUR5", ["eu", "uk"], True),
        ("gcp", "europe", ["eu"], False),
        ("gcp", "ASIA", ["eu"], False),
        ("gcp", "global", ["eu", "us"], False),
        ("gcp", "europe-west2", ["eu"], False),
    ],
)
def test_within(cloud: str, region: str, allowed: list[str], expected: bool) -> None:
    assert places.within(cloud, region, allowed) is expected


def test_regions_of_a_place() -> None:
    assert places.regions("aws", "ireland") == {"eu-west-1"}
    assert {"westeurope", "northeurope"} <= places.regions("azure", "eu")
    assert "uksouth" not in places.regions("azure", "eu")
    assert "eu" not in places.regions("gcp", "eu")
    assert places.regions("gcp", "atlantis") == frozenset()


def test_paired_regions() -> None:
    assert places.paired("azure", "West Europe") == "northeurope"
    assert places.paired("azure", "brazilsouth") == "southcentralus"
    assert places.paired("azure", "italynorth") is None
    assert places.paired("aws", "eu-west-1") is None


def test_every_pair_and_country_of_the_table_is_in_the_table() -> None:
    rows = places._regions()
    assert len(rows) > 130
    codes = set(places._countries().values())
    for one in rows.values():
        assert one.countries <= codes, one.name
        assert not one.pair or (one.cloud, one.pair) in rows, one.name
        assert one.source.startswith("https://"), one.name
    for group, members in places.GROUPS.items():
        assert members <= codes, group
        assert group not in places._countries(), f"{group} is a country and a group"


def test_aws_regions_are_those_that_the_installed_sdk_knows() -> None:
    import botocore

    data = json.loads((Path(botocore.__file__).parent / "data" / "endpoints.json").read_text(encoding="utf-8"))
    public = {name for one in data["partitions"] if "iso" not in one["partition"] for name in one["regions"]}
    assert public == {name for cloud, name in places._regions() if cloud == "aws"}


def test_import_brings_no_sdk() -> None:
    code = (
        "import sys, handoff.places as p; p.known('eu'); print([m for m in ('boto3', 'botocore', 'azure', 'google', 'pulumi', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.strip() == "[]"
