"""Resources of AWS that are shared with other accounts: what is shared leaves the client's reach, whatever region it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_false

from ._aws_reach import ALSO, REACH_MAPS, accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

SHARE = "aws:ram/resourceShare:ResourceShare"
PRINCIPAL = "aws:ram/principalAssociation:PrincipalAssociation"
ASSOCIATIONS = "aws:ram/resourceShareAssociationsExclusive:ResourceShareAssociationsExclusive"
LAUNCH = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
VOLUME = "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission"
_HOLDERS = {
    PRINCIPAL: ("principal",),
    ASSOCIATIONS: ("principals[*]",),
    LAUNCH: ("accountId", "organizationArn", "organizationalUnitArn"),
    VOLUME: ("accountId",),
}
_GROUP = "group"


def principals(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every account, role or organization that a share is given to."""
    for path in _HOLDERS[resource.type]:
        yield from accounts(resource, context, "shares resources with", path)


def disks(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every account, organization and group that may use an image or a snapshot."""
    for path in _HOLDERS[resource.type]:
        yield from accounts(resource, context, "opens a disk to", path)
    group = resource.get(_GROUP) if resource.type == LAUNCH else None
    if group is UNKNOWN:
        yield unknown(f"whom it lets launch the image {LATER}", _GROUP)
    elif group is not None and group != "":
        yield fail(f"opens a disk to the group {group}", _GROUP)


CONTROLS = (
    Control(
        id="residency-aws-share-external",
        title="Resource shares stay inside the client's organization",
        why="A share that is open to external principals lets an account of another party read or use the resource.",
        fix="Set allowExternalPrincipals to false.",
        blind="What is shared, and which accounts are in the organization.",
        source="https://docs.aws.amazon.com/ram/latest/userguide/working-with-sharing.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R046",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={SHARE: ("allowExternalPrincipals",)},
        evaluate=is_false("allowExternalPrincipals", "may be shared with accounts outside the client's organization"),
        snippet="""\
import pulumi_aws as aws

aws.ram.ResourceShare("subnets", allow_external_principals=False)
""",
    ),
    Control(
        id="residency-aws-share-principals",
        title="Resources are shared with the client's accounts only",
        why="Whoever a resource is shared with uses it from his own account, outside the client's logs and rules.",
        fix="Set principal, or principals, to accounts and organizations of the client.",
        blind="Accounts of an organization whose management account is the client's.",
        source="https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R046",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={token: _HOLDERS[token] for token in (PRINCIPAL, ASSOCIATIONS)},
        evaluate=principals,
        snippet="""\
import pulumi_aws as aws

share = aws.ram.ResourceShare("subnets", allow_external_principals=False)
aws.ram.PrincipalAssociation("subnets", resource_share_arn=share.arn, principal="111111111111")
""",
    ),
    Control(
        id="residency-aws-disk-sharing",
        title="Images and snapshots are opened to the client's accounts only",
        why="Whoever may launch an image or make a volume from a snapshot can copy the whole disk to any region.",
        fix="Remove the permission, or set accountId to a client account and leave group empty.",
        blind="Permissions that were given by hand.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R046",),
        maps=REACH_MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={LAUNCH: (*_HOLDERS[LAUNCH], _GROUP), VOLUME: _HOLDERS[VOLUME]},
        evaluate=disks,
        snippet="""\
import pulumi_aws as aws

aws.ec2.AmiLaunchPermission("base", image_id="ami-0a1b2c3d4e5f60718", account_id="111111111111")
""",
    ),
)
