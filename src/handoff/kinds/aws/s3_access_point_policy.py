"""Policies of S3 access points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class S3AccessPointPolicy(ResourcePolicy):
    """One principal of one Allow statement of one access point's policy."""

    id = KindId("aws.s3_access_point_policy")
    title = "S3 access point policy"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # S3 gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel (read 2026-11-22)")
    reads = _people.MARK_READS | {"s3control:GetAccessPointPolicy", "s3control:ListAccessPoints"}
    writes = frozenset({"s3control:DeleteAccessPointPolicy", "s3control:PutAccessPointPolicy"})
    fences = frozenset({"s3:CreateAccessPoint", "s3:PutAccessPointPolicy"})
    creates = frozenset({"aws:s3/accessPoint:AccessPoint", "aws:s3control/accessPointPolicy:AccessPointPolicy"})
    blind = (
        "Access points that another account made for the bucket: only the bucket's policy lets them in. Those of directory buckets, Object Lambda and Outposts."
    )

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every access point of the region; the alias has random characters, so that one made anew is another."""
        for point in reader.read("s3control:ListAccessPoints", AccountId=reader.scope.id):
            name = str(point["Name"])
            arn = point.get("AccessPointArn") or f"arn:aws:s3:{reader.scope.region}:{reader.scope.id}:accesspoint/{name}"
            yield Held(
                id=f"{arn}@{point.get('Alias') or ''}",
                name=f"access point {name} of bucket {point['Bucket']}",
                params={"AccountId": reader.scope.id, "Name": name},
            )

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the access point, not of its bucket."""
        answer = reader.get("s3control:GetAccessPointPolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("s3control:PutAccessPointPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy: the access point adds no rights."""
        return writer.write("s3control:DeleteAccessPointPolicy", **held.params, missing_ok=True)


KIND: Kind = S3AccessPointPolicy()
