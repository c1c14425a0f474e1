"""No store outside the residency of its data, and no setting that copies it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from handoff import places
from handoff.spec import load
from tests.stacks.estate import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stacks.estate import Estate, Run

EVERYWHERE = {"azure-native:monitor:ActionGroup", "azure-native:monitor:ActivityLogAlert"}
"""Services that Azure runs in no region: they hold names of operations and addresses to write to, and none of the data."""


def _regions(estate: Estate) -> dict[str, str]:
    """The effective region of each cloud's resources: what their provider says, as no AWS resource names its own."""
    (aws,) = estate.of("pulumi:providers:aws")
    return {"aws": aws.inputs["region"]}


def test_stores_lie_within_residency(acme: Estate) -> None:
    data = load(ROOT / "engagements/acme-health.yaml").engagement.data_class("phi")
    assert data is not None
    assert all("region" not in one.inputs for one in acme.resources if one.token.startswith("aws:"))
    found = [("aws", _regions(acme)["aws"])]
    found += [
        ("azure", one.inputs["location"])
        for one in acme.resources
        if one.token.startswith("azure-native:") and "location" in one.inputs and one.token not in EVERYWHERE
    ]
    found += [("gcp", one.inputs["location"]) for one in acme.resources if one.token.startswith("gcp:") and "location" in one.inputs]
    found += [
        ("gcp", place["location"]) for one in acme.of("gcp:secretmanager/secret:Secret") for place in one.inputs["replication"]["userManaged"]["replicas"]
    ]
    assert len(found) > 8
    for cloud, region in found:
        assert places.within(cloud, region.lower(), data.residency), f"{cloud} {region}"
    assert not places.within("aws", "us-east-1", data.residency)


def test_nothing_is_copied_to_another_region(acme: Estate) -> None:
    assert {one.inputs["sku"]["name"] for one in acme.of("azure-native:storage:StorageAccount")} == {"Standard_ZRS"}
    for one in acme.of("azure-native:recoveryservices:Vault"):
        assert one.inputs["properties"]["redundancySettings"] == {"standardTierStorageRedundancy": "ZoneRedundant", "crossRegionRestore": "Disabled"}
    for one in acme.of("aws:backup/plan:Plan"):
        assert all("copyActions" not in rule for rule in one.inputs["rules"])
    assert not [one for one in acme.resources if "eplication" in one.token]


def _changed(folder: Path, cloud: str, **changes: Any) -> Path:
    spec = yaml.safe_load((ROOT / "engagements/acme-health.yaml").read_text(encoding="utf-8"))
    spec["environments"][0][cloud] |= changes
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("cloud", "changes", "token", "field", "want"),
    [
        ("azure", {"locations": ["northeurope"]}, "azure-native:storage:StorageAccount", "location", "northeurope"),
        ("gcp", {"locations": ["europe-west3"]}, "gcp:storage/bucket:Bucket", "location", "EUROPE-WEST3"),
        ("aws", {"regions": ["eu-central-1"]}, "pulumi:providers:aws", "region", "eu-central-1"),
    ],
    ids=["azure", "gcp", "aws"],
)
def test_places_follow_the_spec(run: Run, tmp_path: Path, cloud: str, changes: Any, token: str, field: str, want: str) -> None:
    estate = run(_changed(tmp_path, cloud, **changes), "prod", clouds=[cloud])
    assert {one.inputs[field] for one in estate.of(token)} == {want}


def test_account_is_held_to_the_spec(acme: Estate) -> None:
    (aws,) = acme.of("pulumi:providers:aws")
    assert aws.inputs["allowedAccountIds"] == '["111111111111"]'
    (azure,) = acme.of("pulumi:providers:azure-native")
    assert azure.inputs["subscriptionId"] == "33333333-3333-4333-8333-333333333333"
