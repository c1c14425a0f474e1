"""Security services of AWS that gather findings, logs and incidents from several regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, fail, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, MAPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

AGGREGATOR = "aws:securityhub/findingAggregator:FindingAggregator"
LAKE = "aws:securitylake/dataLake:DataLake"
INCIDENTS = "aws:ssmincidents/replicationSet:ReplicationSet"
_ROLL_UP = "configuration.replicationConfiguration.regions[*]"


def findings(resource: Resource, context: Context) -> Iterator[Finding]:
    """The home region, and which regions it is linked with."""
    place = effective(resource)
    region = place.region if place is not None else None
    yield from judged(resource, context, UNKNOWN if region is None else region, "", "gathers findings in")
    mode = resource.get("linkingMode")
    if mode is UNKNOWN or mode is None:
        yield unknown(f"linkingMode {LATER}" if mode is UNKNOWN else "names no linkingMode", "linkingMode")
    elif mode == "SPECIFIED_REGIONS":
        for at, linked in resource.each("specifiedRegions[*]"):
            yield from judged(resource, context, linked, at, "exchanges findings with")
    elif mode != "NO_REGIONS":
        yield fail(f"exchanges findings with regions that nobody named, also with those that AWS opens later ({mode})", "linkingMode")


def lake(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region that the lake collects in, and those that it is rolled up to."""
    for at, region in resource.each("configuration.region"):
        yield from judged(resource, context, region, at, "collects logs in", is_copy=False)
    for at, region in resource.each(_ROLL_UP):
        yield from judged(resource, context, region, at, "copies its logs to")


def incidents(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region of the set; the older property has the same meaning."""
    for path in ("regions[*].name", "region[*].name"):
        for at, region in resource.each(path):
            yield from judged(resource, context, region, at, "copies incident records to")


CONTROLS = (
    Control(
        id="residency-aws-securityhub-aggregation",
        title="Security findings are exchanged between named, allowed regions only",
        why="Findings name resources, addresses and people, and the aggregator copies them between its home region and every linked one.",
        fix="Set linkingMode to SPECIFIED_REGIONS with allowed specifiedRegions, or to NO_REGIONS, and keep the aggregator in an allowed region.",
        blind="Which accounts of an organization send findings to the home region.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R038",),
        maps=MAPS,
        also=ALSO,
        reads={AGGREGATOR: ("linkingMode", "specifiedRegions[*]", "region")},
        evaluate=findings,
        snippet="""\
import pulumi_aws as aws

aws.securityhub.FindingAggregator("home", linking_mode="SPECIFIED_REGIONS", specified_regions=["eu-central-1"])
""",
    ),
    Control(
        id="residency-aws-securitylake-regions",
        title="Security Lake keeps and rolls up its logs in allowed regions",
        why="A rollup region gets a copy of all logs that the lake collects.",
        fix="Set configuration.region and configuration.replicationConfiguration.regions to regions inside residency or dr_residency.",
        blind="Subscribers of the lake that read it from elsewhere.",
        source="https://docs.aws.amazon.com/security-lake/latest/userguide/manage-regions.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R039",),
        maps=MAPS,
        also=ALSO,
        reads={LAKE: ("configuration.region", _ROLL_UP)},
        evaluate=lake,
        snippet="""\
import pulumi_aws as aws

aws.securitylake.DataLake(
    "logs",
    meta_store_manager_role_arn="arn:aws:iam::111111111111:role/lake",
    configuration={
        "region": "eu-west-1",
        "replication_configuration": {"regions": ["eu-central-1"], "role_arn": "arn:aws:iam::111111111111:role/lake-copy"},
    },
)
""",
    ),
    Control(
        id="residency-aws-incident-records",
        title="Incident records are replicated to allowed regions only",
        why="Incident Manager keeps contacts, timelines and notes in every region of its replication set.",
        fix="Reduce regions to those inside residency or dr_residency of the data class.",
        blind="What people write into an incident, and chat channels that it is posted to.",
        source="https://docs.aws.amazon.com/incident-manager/latest/userguide/disaster-recovery-resiliency.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R045",),
        maps=MAPS,
        also=ALSO,
        reads={INCIDENTS: ("regions[*].name", "region[*].name")},
        evaluate=incidents,
        snippet="""\
import pulumi_aws as aws

aws.ssmincidents.ReplicationSet("incidents", regions=[{"name": "eu-west-1"}, {"name": "eu-central-1"}])
""",
    ),
)
