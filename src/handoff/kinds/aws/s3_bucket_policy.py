"""Bucket policies of S3: who is let in by the bucket itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _people, _policy
from handoff.model import AROUND, AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_NEW = {"Version": "2012-10-17", "Statement": []}


class S3BucketPolicy:
    """One principal of one Allow statement of one bucket policy. Nothing survives the cut: S3 evaluates the policy at each request."""

    id = KindId("aws.s3_bucket_policy")
    title = "S3 bucket policy"
    row = "A19"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 3
    # S3 calls bucket configuration eventually consistent without a figure; one minute is our own margin.
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel (read 2026-11-22)")
    reads = _people.MARK_READS | {"s3:GetBucketPolicy", "s3:ListBuckets"}
    writes = frozenset({"s3:DeleteBucketPolicy", "s3:PutBucketPolicy"})
    fences = frozenset({"s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"})
    creates = frozenset({"aws:s3/bucketPolicy:BucketPolicy"})
    after: frozenset[KindId] = frozenset()
    blind = "Access points and their policies, Access Grants, and ACLs of buckets and objects."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal of every Allow statement of every bucket of the account."""
        marks = _people.Marks(reader)
        names = (str(bucket["Name"]) for bucket in reader.read("s3:ListBuckets"))
        for name, document in fan.each(lambda name: (name, _read(reader, name)), names):
            for opening in _policy.openings(document or {}):
                yield self._path(reader, name, opening, marks)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take this principal out of this statement."""
        effect = f"{path.holder} is taken out of one statement of the policy of {path.detail['bucket']}, the rest stays; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the policy, and nothing else of it."""
        document = _read(reader, _bucket(path))
        statements = _policy.find(document or {}, *_key(path))
        return {"version": (document or {}).get("Version"), "statements": statements, AROUND: document} if statements else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Re-read, take out, write; a policy that allows and denies nothing any more is deleted."""
        document = _read(writer, _bucket(path))
        if document is None or not _policy.find(document, *_key(path)):
            return
        rest = _policy.without(document, *_key(path))
        if _policy.is_empty(rest):
            yield writer.write("s3:DeleteBucketPolicy", Bucket=_bucket(path), missing_ok=True)
        else:
            yield writer.write("s3:PutBucketPolicy", Bucket=_bucket(path), Policy=_policy.text(rest))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the principal back where it was."""
        document = _read(writer, _bucket(path))
        base = document if document is not None else {**_NEW, "Version": before.get("version") or _NEW["Version"], **_policy.frame(before.get(AROUND))}
        wanted = _policy.put_back(base, cast("list[Json]", before["statements"]), around=before.get(AROUND), taken=_key(path))
        if wanted != document:
            yield writer.write("s3:PutBucketPolicy", Bucket=_bucket(path), Policy=_policy.text(wanted))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """The policy itself is the right, and S3 has only one call that shows it."""
        document = _read(reader, _bucket(path))
        return Verdict.ALIVE if _policy.find(document or {}, *_key(path)) else Verdict.GONE

    def _path(self, reader: Reader, bucket: str, opening: _policy.Opening, marks: _people.Marks) -> AccessPath:
        actions = ", ".join(str(action) for action in _policy.listed(opening.statement.get("Action"))) or "everything but what NotAction names"
        return AccessPath(
            kind=self.id,
            id=f"arn:aws:s3:::{bucket}#{opening.suffix}",
            scope=reader.scope,
            holder=opening.principal if opening.type != _policy.NOT else f"anyone but {opening.principal}",
            allows=f"{actions} on {bucket}",
            clues=(*_clues.of_opening(opening), *marks.of(opening.principal)),
            detail={
                "bucket": bucket,
                "mark": opening.mark,
                "principal_type": opening.type,
                "principal": opening.principal,
                "sid": opening.statement.get("Sid"),
                "conditions": opening.conditions,
                "expires": _clues.expires(opening.conditions),
            },
        )


def _bucket(path: AccessPath) -> str:
    return str(path.detail["bucket"])


def _key(path: AccessPath) -> tuple[str, str, str]:
    return str(path.detail["mark"]), str(path.detail["principal_type"]), str(path.detail["principal"])


def _read(reader: Reader, bucket: str) -> Json | None:
    answer = reader.get("s3:GetBucketPolicy", Bucket=bucket)
    return _policy.parse(answer["Policy"], where=f"bucket {bucket}") if answer else None


KIND: Kind = S3BucketPolicy()
