"""Things that another account may use as they are: snapshots, images, networks, documents, keys by grant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Way
from handoff.model import KindId, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.demo.back_doors.site import Site

_DOCUMENT = {"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["true"]}}]}


def open_all(site: Site) -> Iterator[Way]:
    """Each shared with the provider's account and with a third party's."""
    theirs, third = site.provider.scope.id, site.partner.scope.id
    for account, party in ((theirs, Party.PROVIDER), (third, Party.THIRD_PARTY)):
        name = f"archive-{party.value}"
        yield _way("ebs_snapshot_share", _snapshot(site, account), account, "a snapshot of a disk", party)
        yield _way("ami_share", _image(site, account, name), account, "a machine image", party)
        yield _way("ram_share", _network(site, account, name), account, "a subnet, by Resource Access Manager", party)
        yield _way("ssm_document_share", _document(site, account, name), account, "a Systems Manager document", party)
    key = sites.made(site.region, "kms:CreateKey", "KeyMetadata", "Arn", Description="backups")
    for login in (site.desk, site.watch):
        id_ = sites.made(site.region, "kms:CreateGrant", "GrantId", KeyId=key, GranteePrincipal=login.principal, Operations=["Decrypt", "DescribeKey"])
        yield Way(kind=KindId("aws.kms_grant"), marks=(id_,), text=f"a grant on a key for {login.principal.rsplit('/', 1)[-1]}", party=login.party)


def _way(kind: str, mark: str, account: str, text: str, party: Party) -> Way:
    return Way(kind=KindId(f"aws.{kind}"), marks=(mark, account), text=f"{text}, shared with account {account}", party=party)


def _snapshot(site: Site, account: str) -> str:
    volume = sites.made(site.region, "ec2:CreateVolume", "VolumeId", AvailabilityZone=f"{sites.REGION}a", Size=8)
    made = sites.made(site.region, "ec2:CreateSnapshot", "SnapshotId", VolumeId=volume)
    site.region.write("ec2:ModifySnapshotAttribute", SnapshotId=made, Attribute="createVolumePermission", OperationType="add", UserIds=[account])
    return made


def _image(site: Site, account: str, name: str) -> str:
    made = sites.made(site.region, "ec2:RegisterImage", "ImageId", Name=name, Architecture="x86_64", RootDeviceName="/dev/xvda")
    site.region.write("ec2:ModifyImageAttribute", ImageId=made, LaunchPermission={"Add": [{"UserId": account}]})
    return made


def _network(site: Site, account: str, name: str) -> str:
    subnet = f"arn:aws:ec2:{sites.REGION}:{site.account}:subnet/subnet-00000001"
    made = sites.made(site.region, "ram:CreateResourceShare", "resourceShare", "resourceShareArn", name=name, resourceArns=[subnet])
    site.region.write("ram:AssociateResourceShare", resourceShareArn=made, principals=[account])
    return made


def _document(site: Site, account: str, name: str) -> str:
    site.region.write("ssm:CreateDocument", Name=name, Content=json.dumps(_DOCUMENT), DocumentType="Command", DocumentFormat="JSON")
    site.region.write("ssm:ModifyDocumentPermission", Name=name, PermissionType="Share", AccountIdsToAdd=[account])
    return name
