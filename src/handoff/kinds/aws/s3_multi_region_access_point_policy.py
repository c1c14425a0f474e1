"""Policies of S3 Multi-Region Access Points."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people, _policy
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy, keeper
from handoff.model import KindId, Lag, ScopeType, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Writer


class S3MultiRegionAccessPointPolicy(ResourcePolicy):
    """One principal of one Allow statement of one Multi-Region Access Point's policy. A change is first proposed, then spread over the regions."""

    id = KindId("aws.s3_multi_region_access_point_policy")
    title = "S3 Multi-Region Access Point policy"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/multi-region-access-point-permissions.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    # The change runs in all regions of the access point and AWS gives no figure; a quarter of an hour is our own margin.
    lag = Lag(
        settle_s=900, survives_s=0, source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutMultiRegionAccessPointPolicy.html (read 2026-11-22)"
    )
    reads = _people.MARK_READS | {"s3control:GetMultiRegionAccessPointPolicy", "s3control:ListMultiRegionAccessPoints"}
    writes = frozenset({"s3control:PutMultiRegionAccessPointPolicy"})
    fences = frozenset({"s3:PutMultiRegionAccessPointPolicy"})
    creates = frozenset({"aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy"})
    blind = "The policies of the buckets behind it, which have to allow the same request (see aws.s3_bucket_policy)."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every Multi-Region Access Point of the account; its alias is never used again."""
        for point in reader.read("s3control:ListMultiRegionAccessPoints", AccountId=reader.scope.id):
            arn = f"arn:aws:s3::{reader.scope.id}:accesspoint/{point['Alias']}"
            yield Held(id=arn, name=f"Multi-Region Access Point {point['Name']}", params={"AccountId": reader.scope.id, "Name": point["Name"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The latest policy: one that is still being spread replaces the one in force, so a change builds on it."""
        return _text(reader, held, "Proposed") or _text(reader, held, "Established")

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced. S3 takes a token that it has seen for a repetition, so each change has its own."""
        params = {"AccountId": held.params["AccountId"], "ClientToken": str(uuid.uuid4())}
        return writer.write("s3control:PutMultiRegionAccessPointPolicy", **params, Details={"Name": held.params["Name"], "Policy": text})

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """The policy can be replaced but not removed, so its own account keeps the place."""
        return self.write_policy(writer, held, keeper(writer, "s3:GetObject", f"{held.id}/object/*"))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """Both policies: while the one in force still lets the holder in and the proposed one does not, nobody can tell."""
        latest = super().probe(reader, path)
        held = Held(id=str(path.detail["held"]), name=str(path.detail["name"]), params=cast("Json", path.detail["params"]))
        text = _text(reader, held, "Established")
        in_force = _policy.openings(_policy.parse(text, where=held.id)) if text else ()
        still = any(f"{held.id}#{opening.suffix}" == path.id for opening in in_force)
        return Verdict.UNKNOWN if latest is Verdict.GONE and still else latest


def _text(reader: Reader, held: Held, stage: str) -> str:
    answer = reader.get("s3control:GetMultiRegionAccessPointPolicy", **held.params)
    policies = cast("Json", answer.get("Policy") or {}) if answer else {}
    return str(cast("Json", policies.get(stage) or {}).get("Policy") or "")


KIND: Kind = S3MultiRegionAccessPointPolicy()
