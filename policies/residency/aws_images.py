"""Images and stack sets on AWS: the regions and accounts that they are distributed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, BUCKET, BUCKETS, MAPS, REACH_MAPS, accounts, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

DISTRIBUTION = "aws:imagebuilder/distributionConfiguration:DistributionConfiguration"
INSTANCE = "aws:cloudformation/stackSetInstance:StackSetInstance"
INSTANCES = "aws:cloudformation/stackInstances:StackInstances"
_AMI = "distributions[*].amiDistributionConfiguration"
_EXPORT = "distributions[*].s3ExportConfiguration.s3Bucket"
_LAUNCH = f"{_AMI}.launchPermission"
_HOLDERS = (
    f"{_AMI}.targetAccountIds[*]",
    f"{_LAUNCH}.userIds[*]",
    f"{_LAUNCH}.organizationArns[*]",
    f"{_LAUNCH}.organizationalUnitArns[*]",
)
_GROUPS = f"{_LAUNCH}.userGroups[*]"
_REGIONS = {INSTANCE: "stackSetInstanceRegion", INSTANCES: "regions[*]"}
_ACCOUNTS = {INSTANCE: ("accountId", "deploymentTargets.accounts[*]"), INSTANCES: ("accounts[*]", "deploymentTargets.accounts[*]")}


def regions(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every region that gets the image, and the buckets that it is exported to."""
    for at, region in resource.each("distributions[*].region"):
        yield from judged(resource, context, region, at, "distributes images to")
    yield from sent(resource, stack, context, "exports images to", (_EXPORT,), *BUCKETS, is_copy=True)


def holders(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every account, organization and group that may have or launch the image."""
    paths = (*_HOLDERS, _GROUPS)
    if not any(True for path in paths for _ in resource.each(path)):
        yield not_applicable("gives the image to no other account")
    for path in _HOLDERS:
        yield from accounts(resource, context, "gives the image to", path)
    for at, group in resource.each(_GROUPS):
        if group is UNKNOWN:
            yield unknown(f"whom it lets launch the image {LATER}", at)
        else:
            yield fail(f"lets the group {group} launch the image", at)


def instances(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region and account that a stack set makes resources in; unset = where it is run."""
    what = "makes resources that this program does not show in"
    named = list(resource.each(_REGIONS[resource.type]))
    for at, region in named:
        yield from judged(resource, context, region, at, what, is_copy=False)
    if not named:
        place = effective(resource)
        region = place.region if place is not None and place.region is not None else UNKNOWN
        yield from judged(resource, context, region, _REGIONS[resource.type].removesuffix("[*]"), what, is_copy=False)
    for path in _ACCOUNTS[resource.type]:
        yield from accounts(resource, context, what, path)


CONTROLS = (
    Control(
        id="residency-aws-image-regions",
        title="Machine images are distributed to allowed regions only",
        why="An image carries whatever its build put on the disk, and a distribution writes a copy of it into each region.",
        fix="Reduce distributions to entries whose region is allowed, and point s3ExportConfiguration.s3Bucket to a bucket in an allowed region.",
        blind="What is on the disk, and container images: their repositories count by ECR's own replication.",
        source="https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-distribution-settings.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R043",),
        maps=MAPS,
        also=ALSO,
        reads={DISTRIBUTION: ("distributions[*].region", _EXPORT)},
        looks_at={BUCKET: ("bucket", "region")},
        evaluate_linked=regions,
        snippet="""\
import pulumi_aws as aws

aws.imagebuilder.DistributionConfiguration("base", distributions=[{"region": "eu-west-1"}, {"region": "eu-central-1"}])
""",
    ),
    Control(
        id="residency-aws-image-holders",
        title="Image distributions give images to the client's accounts only",
        why="Whoever may launch an image can copy its disk to any region of his own account.",
        fix="Reduce targetAccountIds and launchPermission of amiDistributionConfiguration to client accounts, and leave userGroups empty.",
        blind="Which accounts belong to an organization of the client.",
        source="https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-distribution-settings.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R043", "R046"),
        maps=REACH_MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={DISTRIBUTION: (*_HOLDERS, _GROUPS)},
        evaluate=holders,
        snippet="""\
import pulumi_aws as aws

aws.imagebuilder.DistributionConfiguration(
    "base",
    distributions=[{
        "region": "eu-west-1",
        "amiDistributionConfiguration": {"name": "base-{{ imagebuilder:buildDate }}", "targetAccountIds": ["111111111111"]},
    }],
)
""",
    ),
    Control(
        id="residency-aws-stackset-instances",
        title="Stack sets make resources in allowed regions and client accounts only",
        why="A stack set builds the same template in every region and account on its list, and the program shows none of those resources.",
        fix="Set stackSetInstanceRegion, or regions of stackInstances, to allowed regions and the accounts to those of the client.",
        blind="The resources of the template, and the accounts of an organizational unit.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R044",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={token: (path, *_ACCOUNTS[token], "region") for token, path in _REGIONS.items()},
        evaluate=instances,
        snippet="""\
import pulumi_aws as aws

aws.cloudformation.StackSetInstance("audit", stack_set_name="audit", account_id="111111111111", stack_set_instance_region="eu-central-1")
""",
    ),
)
