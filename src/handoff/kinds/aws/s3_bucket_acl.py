"""Access control lists of S3 buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _acl
from handoff.model import AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class S3BucketAcl:
    """One grantee on one bucket's list. S3 shows only the owner on the list of a bucket whose object ownership switches lists off."""

    id = KindId("aws.s3_bucket_acl")
    title = "S3 bucket ACL"
    row = "A21"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 3
    # S3 calls bucket configuration eventually consistent without a figure; one minute is our own margin.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel (read 2026-11-22)")
    reads = frozenset({"s3:GetBucketAcl", "s3:ListBuckets"})
    writes = frozenset({"s3:PutBucketAcl"})
    fences = frozenset({"s3:PutBucketAcl", "s3:PutBucketOwnershipControls"})
    creates = frozenset({"aws:s3/bucketAcl:BucketAcl"})
    after: frozenset[KindId] = frozenset()
    blind = "ACLs of the objects in the bucket, which its own ACL does not change; objects that a grantee wrote and may still own."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every grantee of every bucket of the account, but the owner."""
        for bucket, answer in fan.each(lambda item: (str(item["Name"]), _read(reader, str(item["Name"]))), reader.read("s3:ListBuckets")):
            for grantee, permissions in _acl.grantees(answer).items() if answer else ():
                yield AccessPath(
                    kind=self.id,
                    id=f"arn:aws:s3:::{bucket}#{grantee}",
                    scope=reader.scope,
                    holder=grantee,
                    allows=f"{', '.join(permissions)} on bucket {bucket}",
                    clues=_acl.clues(grantee),
                    detail={"bucket": bucket, "grantee": grantee, "permissions": permissions},
                    mints=("s3:PutBucketAcl",) if _acl.WRITES_ACL & set(permissions) else (),
                )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the grantee off the list."""
        effect = f"{path.holder} is taken off the ACL of bucket {path.detail['bucket']}, the rest stays; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What the grantee may, and nothing else of the list."""
        answer = _read(reader, _bucket(path))
        permissions = _acl.grantees(answer).get(path.holder) if answer else None
        return {"permissions": permissions} if permissions else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Re-read, take off, write."""
        answer = _read(writer, _bucket(path))
        if answer and path.holder in _acl.grantees(answer):
            yield writer.write("s3:PutBucketAcl", Bucket=_bucket(path), AccessControlPolicy=_acl.without(answer, path.holder))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put back what the grantee may."""
        answer = _read(writer, _bucket(path))
        wanted = cast("list[str]", before["permissions"])
        if answer and not set(wanted) <= set(_acl.grantees(answer).get(path.holder, ())):
            yield writer.write("s3:PutBucketAcl", Bucket=_bucket(path), AccessControlPolicy=_acl.with_(answer, path.holder, wanted))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """The list itself is the right, and S3 has only one call that shows it."""
        return Verdict.ALIVE if self.image(reader, path) else Verdict.GONE


def _bucket(path: AccessPath) -> str:
    return str(path.detail["bucket"])


def _read(reader: Reader, bucket: str) -> Json | None:
    return reader.get("s3:GetBucketAcl", Bucket=bucket)


KIND: Kind = S3BucketAcl()
