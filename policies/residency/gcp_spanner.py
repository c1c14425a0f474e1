"""Spanner: the regions behind an instance configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, SPANNER, TRANSFER, lies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

INSTANCE = "gcp:spanner/instance:Instance"
CONFIG = "gcp:spanner/instanceConfig:InstanceConfig"
_COPIES = ("READ_ONLY", "WITNESS")
_SOURCE = "https://cloud.google.com/spanner/docs/instance-configurations (read 2026-11-22)"


def instance(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every region of the configuration, a custom one by what the stack says of it."""
    value = resource.get("config")
    name = value.rstrip("/").rsplit("/", 1)[-1].lower() if isinstance(value, str) else ""
    own = [one for one in stack.of(CONFIG) if name and one.get("name") == name] or list(stack.made_from(resource, "config", CONFIG))
    if own:
        for one in own:
            yield from _regions(one, context, "config")
    elif not name:
        yield unknown(f"its configuration {LATER}", "config")
    elif name.startswith("custom-"):
        yield unknown(f"which regions {name} has, this stack does not tell", "config")
    else:
        yield from lies(resource, context, name.removeprefix("regional-"), "config", "keeps data in", members=SPANNER)


def configuration(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every replica of a custom configuration, and those of the configuration that it grew from."""
    yield from _regions(resource, context, "")


def _regions(config: Resource, context: Context, path: str) -> Iterator[Finding]:
    base = config.get("baseConfig")
    known = base.rstrip("/").rsplit("/", 1)[-1].lower().removeprefix("regional-") if isinstance(base, str) else base
    if known is not None:
        yield from lies(config, context, known, path or "baseConfig", "keeps data in", members=SPANNER)
    found = False
    for at, region in config.each("replicas[*].location"):
        found = True
        kind = config.get(f"{at.rpartition('.')[0]}.type")
        yield from lies(config, context, region, path or at, "keeps a replica in", is_copy=kind in _COPIES if isinstance(kind, str) else False)
    if known is None and not found:
        yield unknown("names no replicas and no base configuration", path or "replicas")


CONTROLS = (
    Control(
        id="residency-gcp-spanner-config",
        title="A Spanner instance keeps data and votes in allowed regions only",
        why="A multi-region configuration keeps full replicas in several countries, such as London and Belgium in eur5.",
        fix="Set config to a regional configuration inside residency, such as regional-europe-west1, and move the instance.",
        blind="Custom configurations that another stack makes, and copies of backups made by hand.",
        source=_SOURCE,
        category=Category.PLACE,
        rows=("R083",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={INSTANCE: ("config",)},
        looks_at={CONFIG: ("name", "baseConfig", "replicas[*].location", "replicas[*].type")},
        evaluate_linked=instance,
        snippet="""\
import pulumi_gcp as gcp

gcp.spanner.Instance("records", config="regional-europe-west1", display_name="records", num_nodes=1)
""",
    ),
    Control(
        id="residency-gcp-spanner-replicas",
        title="A custom Spanner configuration has replicas in allowed regions only",
        why="A read-only replica holds the whole database in the region that it is added to.",
        fix="Take the replicas outside residency and dr_residency out of replicas, and choose a baseConfig inside residency.",
        blind="Base configurations that Google adds after the table of this control was read.",
        source=_SOURCE,
        category=Category.COPY,
        rows=("R083",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={CONFIG: ("baseConfig", "replicas[*].location", "replicas[*].type")},
        evaluate=configuration,
        snippet="""\
import pulumi_gcp as gcp

gcp.spanner.InstanceConfig(
    "records",
    name="custom-records",
    display_name="records",
    base_config="projects/acme-prod/instanceConfigs/regional-europe-west1",
    replicas=[{"location": "europe-west4", "type": "READ_ONLY", "default_leader_location": False}],
)
""",
    ),
)
