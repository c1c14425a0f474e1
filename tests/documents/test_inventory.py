from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from handoff.documents.inventory import SECTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.documents._contract import Resource, Source


def rows(source: Source) -> list[dict[str, str]]:
    files = SECTION.write(source).files
    found = list(csv.DictReader(io.StringIO(files["inventory/assets.csv"].decode())))
    assert len(found) == len(json.loads(files["inventory/assets.json"])["assets"])
    return found


def test_resources_of_the_state_with_tags_and_places(source: Callable[..., Source], resource: Callable[..., Resource]) -> None:
    held = (
        resource(inputs={"tags": {"handoff:data-class": "phi", "engagement-id": "ENG-1"}}, outputs={"region": "eu-west-1"}),
        resource("azure-native:storage:StorageAccount", "stage", outputs={"location": "westeurope", "tags": {"environment": "prod", "owner": "client"}}),
        resource("gcp:storage/bucket:Bucket", "g", outputs={"location": "EUROPE-WEST1", "labels": {"data_class": "phi"}}),
        resource("pulumi:providers:aws", "provider"),
        resource("handoff:aws:DataStore", "component"),
    )
    found = rows(source(resources=held))
    assert [(row["cloud"], row["name"], row["location"], row["data_class"]) for row in found] == [
        ("aws", "records", "eu-west-1", "phi"),
        ("azure", "stage", "westeurope", ""),
        ("gcp", "g", "EUROPE-WEST1", "phi"),
    ]
    assert (found[0]["engagement"], found[1]["environment"], found[1]["owner"]) == ("ENG-1", "prod", "client")


def test_secrets_of_the_state_are_not_copied(source: Callable[..., Source], resource: Callable[..., Resource]) -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hunter2"}
    held = (resource(inputs={"tags": {"owner": secret}, "secretString": "hunter2"}, outputs={"region": secret, "location": "eu"}),)
    files = SECTION.write(source(resources=held)).files
    assert not any(b"hunter2" in data for data in files.values())
    assert rows(source(resources=held))[0]["name"] == "records"


def test_without_a_state_the_sweep_gives_what_it_knows_and_says_so(source: Callable[..., Source]) -> None:
    assert {row["id"] for row in rows(source())} == {"AKIACLIENT", "AKIANEW"}
    assert "no Pulumi state was given" in SECTION.write(source()).summary
    empty = SECTION.write(source(before=None, after=None))
    assert empty.summary.startswith("0 assets")


def test_cells_cannot_become_formulas_and_order_is_fixed(source: Callable[..., Source], resource: Callable[..., Resource]) -> None:
    held: list[Any] = [resource(name="b"), resource(name="=HYPERLINK(1)"), resource(name='a\n"x')]
    first, second = SECTION.write(source(resources=tuple(held))), SECTION.write(source(resources=tuple(reversed(held))))
    assert first == second
    assert [row["name"] for row in rows(source(resources=tuple(held)))] == ["'=HYPERLINK(1)", 'a\n"x', "b"]
