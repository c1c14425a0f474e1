"""Container registries on AWS: where images are replicated to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control

from ._aws_reach import ALSO, MAPS, accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_TO = "replicationConfiguration.rules[*].destinations[*]"


def registry(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every destination's region and registry."""
    for at, region in resource.each(f"{_TO}.region"):
        yield from judged(resource, context, region, at, "replicates images to")
    yield from accounts(resource, context, "replicates images to the registry of", f"{_TO}.registryId")


CONTROLS = (
    Control(
        id="residency-aws-ecr-replication",
        title="Container images are replicated to the client's registries in allowed regions only",
        why="An image carries code, configuration and often data, and a replica is pulled from its own region by whoever may read it there.",
        fix="Remove the destination, or set replicationConfiguration.rules[].destinations[].region and registryId to an allowed region of a client account.",
        blind="Images that a pipeline pushes to several registries by itself.",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R026",),
        maps=MAPS,
        also=ALSO,
        reads={REPLICATION: (f"{_TO}.region", f"{_TO}.registryId")},
        evaluate=registry,
        snippet="""\
import pulumi_aws as aws

aws.ecr.ReplicationConfiguration(
    "images",
    replication_configuration={"rules": [{"destinations": [{"region": "eu-central-1", "registryId": "111111111111"}]}]},
)
""",
    ),
)
