"""AMIs that others may launch and copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_NAMES = ("UserId", "Group", "OrganizationArn", "OrganizationalUnitArn")


class AmiShare(Share):
    """One account, organization, organizational unit, or everyone, on the list of those who may launch an image."""

    id = KindId("aws.ami_share")
    title = "Shared AMI"
    row = "A22"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # EC2's API is eventually consistent and AWS gives no figure; five minutes is its own advice for how long to go on asking.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html (read 2026-11-22)")
    reads = frozenset({"ec2:DescribeImageAttribute", "ec2:DescribeImages"})
    writes = frozenset({"ec2:ModifyImageAttribute"})
    fences = frozenset({"ec2:ModifyImageAttribute"})
    creates = frozenset({"aws:ec2/amiLaunchPermission:AmiLaunchPermission"})
    blind = "Copies and instances that a member has made already; the snapshots behind the image, which are shared on their own; disabled images (their list is empty)."
    use = "launch and copy"
    copies = "Instances that run and copies that were made already stay with whoever made them: bake a new image without secrets, and have the copies declared destroyed."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every image of the account in the region."""
        for item in reader.read("ec2:DescribeImages", Owners=["self"]):
            name = str(item["ImageId"])
            yield Held(id=f"arn:aws:ec2:{reader.scope.region}::image/{name}", name=f"image {name}", params={"ImageId": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The launch permission."""
        answer = reader.get("ec2:DescribeImageAttribute", **held.params, Attribute="launchPermission") or {}
        for one in cast("list[Json]", answer.get("LaunchPermissions") or ()):
            yield next(str(one[name]) for name in _NAMES if one.get(name))

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("ec2:ModifyImageAttribute", **held.params, LaunchPermission={"Remove": [_named(member)]})

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("ec2:ModifyImageAttribute", **held.params, LaunchPermission={"Add": [_named(member)]})


def _named(member: str) -> Json:
    if member == "all":
        return {"Group": member}
    if member.startswith("arn:"):
        return {"OrganizationArn" if ":organization/" in member else "OrganizationalUnitArn": member}
    return {"UserId": member}


KIND: Kind = AmiShare()
