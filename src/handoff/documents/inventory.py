"""What there is: every resource of the Pulumi state, or, without a state, every object that the sweep named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.documents._contract import Section, Source, Written, table_csv

if TYPE_CHECKING:
    from handoff.documents._contract import Resource

_COLUMNS = ("cloud", "type", "name", "id", "location", "engagement", "environment", "data_class", "owner", "source")
_CLOUDS = {"aws": "aws", "azure-native": "azure", "azuread": "azure", "gcp": "gcp"}
_TAGS = ("tags", "labels")


class Inventory:
    """The list of assets."""

    title = "Asset inventory"
    order = 10
    asked_by = "NIST 800-53 CM-8; ISO 27001 A.5.9"

    def write(self, source: Source, /) -> Written:
        """CSV and JSON of the same rows."""
        rows = sorted(_of_state(source) if source.resources is not None else _of_sweep(source), key=lambda row: [row[name] for name in _COLUMNS])
        files = {
            "inventory/assets.csv": table_csv(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows]),
            "inventory/assets.json": canonical.pretty({"schema_version": 1, "assets": rows}),
        }
        origin = "the Pulumi state" if source.resources is not None else "the last sweep: objects of access paths only, because no Pulumi state was given"
        return Written(files=files, summary=f"{len(rows)} assets, from {origin}")


def _of_state(source: Source) -> Iterator[dict[str, str]]:
    for one in source.resources or ():
        cloud = _CLOUDS.get(one.type.split(":", 1)[0])
        if cloud is not None:
            yield _row(one, cloud)


def _row(one: Resource, cloud: str) -> dict[str, str]:
    facts = {**one.inputs, **one.outputs}
    tags: Mapping[str, Any] = next((facts[name] for name in _TAGS if isinstance(facts.get(name), Mapping)), {})
    return {
        "cloud": cloud,
        "type": one.type,
        "name": one.urn.rsplit("::", 1)[-1],
        "id": one.id,
        "location": _text(facts.get("location") or facts.get("region")),
        "engagement": _tag(tags, "engagement-id", "engagement"),
        "environment": _tag(tags, "environment", "env"),
        "data_class": _tag(tags, "data-class", "data_class"),
        "owner": _tag(tags, "owner", "owner-contact"),
        "source": "pulumi",
    }


def _tag(tags: Mapping[str, Any], *names: str) -> str:
    """The tag of one of these names, whatever prefix stands before it (`handoff:data-class`)."""
    plain = {str(name).rsplit(":", 1)[-1].replace("_", "-").lower(): value for name, value in tags.items()}
    return next((_text(plain[name.replace("_", "-")]) for name in names if name.replace("_", "-") in plain), "")


def _text(value: object) -> str:
    """Text only: a secret of the state arrives as an object and is not copied."""
    return str(value) if isinstance(value, str | int | float) else ""


def _of_sweep(source: Source) -> Iterator[dict[str, str]]:
    record = source.after or source.before
    for line in record.paths.values() if record else ():
        yield dict.fromkeys(_COLUMNS, "") | {
            "cloud": line["cloud"],
            "type": line["kind"],
            "name": line["holder"],
            "id": line["id"],
            "location": line["scope"],
            "source": "sweep",
        }


SECTION: Section = Inventory()
