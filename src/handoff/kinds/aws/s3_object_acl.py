"""Access control lists of S3 objects, and objects that another account owns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.errors import Unsupported
from handoff.kinds.aws import _acl
from handoff.model import AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

MOST = 100_000
"""Versions of one bucket that are asked one by one: a quarter of an hour at 100 calls a second."""
OWNS = "OWNS"
_ENFORCED = "BucketOwnerEnforced"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of one object."""

    bucket: str
    key: str
    version: str
    """`null` where the bucket keeps no versions."""
    owner: str


class S3ObjectAcl:
    """One grantee on the list of one version of one object, or the other account that owns it.

    Only buckets whose object ownership leaves lists in force are looked into. There every version is asked: a bucket with more than `most` of them is
    not read at all, and coverage says so. An owner has no step of ours: only the bucket's setting takes ownership from it.
    """

    id = KindId("aws.s3_object_acl")
    title = "S3 object ACL or ownership"
    row = "A21"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 3
    # Objects and their lists are strongly consistent; presigned URLs of a grantee die with its grant.
    lag = Lag(settle_s=5, survives_s=0, source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel (read 2026-11-22)")
    reads = frozenset({"s3:GetBucketAcl", "s3:GetBucketOwnershipControls", "s3:GetObjectAcl", "s3:ListBuckets", "s3:ListObjectVersions"})
    writes = frozenset({"s3:PutObjectAcl"})
    fences = frozenset({"s3:PutBucketOwnershipControls", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"})
    creates = frozenset({"aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"})
    after: frozenset[KindId] = frozenset()
    blind = (
        "Further grants on objects that another account owns (their list is its own), copies that a grantee made, and directory buckets, which have no lists."
    )

    def __init__(self, most: int = MOST) -> None:
        self._most = most

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every grantee and every foreign owner of every version of every object in buckets where lists are in force."""
        for bucket in reader.read("s3:ListBuckets"):
            if owner := self._owner(reader, str(bucket["Name"])):
                for one, found in fan.each(partial(_held, reader, owner), self._versions(reader, bucket)):
                    yield from self._paths(reader, one, found)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take a grantee off the list; what an owner holds ends by the bucket's setting."""
        where = f"{path.detail['key']} in bucket {path.detail['bucket']}"
        if OWNS in cast("list[str]", path.detail["permissions"]):
            told = f"set the object ownership of bucket {path.detail['bucket']} to {_ENFORCED}: the bucket's owner then owns every object, {where} too, and no list counts"
            return (Step(verb=Verb.MANUAL, reversible=False, effect=f"{told}. First see that nothing of the client's relies on lists in that bucket"),)
        return (Step(verb=Verb.DISABLE, reversible=True, effect=f"{path.holder} is taken off the ACL of {where}; undone by putting it back"),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What the grantee may, and nothing else of the list."""
        if self._owner(reader, str(path.detail["bucket"])) is None:
            return None
        if OWNS in cast("list[str]", path.detail["permissions"]):
            versions = (one for one in self._listed(reader, str(path.detail["bucket"]), Prefix=path.detail["key"]) if one.key == path.detail["key"])
            return {"permissions": [OWNS]} if any(one.owner == path.holder for one in versions) else None
        answer = _read(reader, _version(path))
        permissions = _acl.grantees(answer).get(path.holder) if answer else None
        return {"permissions": permissions} if permissions else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Re-read, take off, write."""
        answer = _read(writer, _version(path)) if verb is Verb.DISABLE else None
        if answer and path.holder in _acl.grantees(answer):
            yield writer.write("s3:PutObjectAcl", **_named(_version(path)), AccessControlPolicy=_acl.without(answer, path.holder))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put back what the grantee may."""
        answer = _read(writer, _version(path))
        wanted = cast("list[str]", before["permissions"])
        if answer and not set(wanted) <= set(_acl.grantees(answer).get(path.holder, ())):
            yield writer.write("s3:PutObjectAcl", **_named(_version(path)), AccessControlPolicy=_acl.with_(answer, path.holder, wanted))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the object's own list, and by the setting that switches lists off."""
        return Verdict.ALIVE if self.image(reader, path) else Verdict.GONE

    def _owner(self, reader: Reader, bucket: str) -> str | None:
        """Canonical id of the bucket's owner; None where lists count for nothing, or the bucket is gone."""
        controls = reader.get("s3:GetBucketOwnershipControls", Bucket=bucket)
        rules = cast("list[Json]", cast("Json", controls["OwnershipControls"])["Rules"]) if controls else []
        if any(rule["ObjectOwnership"] == _ENFORCED for rule in rules):
            return None
        answer = reader.get("s3:GetBucketAcl", Bucket=bucket)
        return _acl.owner(answer) if answer else None

    def _versions(self, reader: Reader, bucket: Json) -> Iterator[_Version]:
        name = str(bucket["Name"])
        versions = self._listed(reader, name)
        yield from islice(versions, self._most)
        if next(versions, None) is not None:
            raise Unsupported(
                f"bucket {name} holds more than {self._most} object versions whose ACLs would have to be read one by one",
                hint=f"Set its object ownership to {_ENFORCED}: no ACL in it counts then.",
            )

    def _listed(self, reader: Reader, bucket: str, **only: object) -> Iterator[_Version]:
        for item in reader.read("s3:ListObjectVersions", Bucket=bucket, **only):
            # A listing of versions holds delete markers too, which have no list.
            if found := cast("Json | None", item.get("Versions")):
                owner = str(cast("Json", found["Owner"])["ID"])
                yield _Version(bucket=bucket, key=str(found["Key"]), version=str(found.get("VersionId") or "null"), owner=owner)

    def _paths(self, reader: Reader, one: _Version, held: dict[str, list[str]]) -> Iterator[AccessPath]:
        for grantee, permissions in held.items():
            yield AccessPath(
                kind=self.id,
                id=f"arn:aws:s3:::{one.bucket}/{one.key}#{one.version}#{grantee}",
                scope=reader.scope,
                holder=grantee,
                allows=f"{', '.join(permissions)} {'' if OWNS in permissions else 'on '}object {one.key} in bucket {one.bucket}",
                clues=_acl.clues(grantee),
                detail={"bucket": one.bucket, "key": one.key, "version": one.version, "owner": one.owner, "permissions": permissions},
                mints=("s3:PutObjectAcl",) if OWNS in permissions or _acl.WRITES_ACL & set(permissions) else (),
            )


def _version(path: AccessPath) -> _Version:
    return _Version(**{name: str(path.detail[name]) for name in ("bucket", "key", "version", "owner")})


def _held(reader: Reader, owner: str, one: _Version) -> tuple[_Version, dict[str, list[str]]]:
    """Who holds what in one version. The list of an object that another account owns is closed to the bucket's owner."""
    if one.owner != owner:
        return one, {one.owner: [OWNS]}
    answer = _read(reader, one)
    return one, _acl.grantees(answer) if answer else {}


def _named(one: _Version) -> Json:
    return {"Bucket": one.bucket, "Key": one.key, "VersionId": one.version}


def _read(reader: Reader, one: _Version) -> Json | None:
    return reader.get("s3:GetObjectAcl", **_named(one))


KIND: Kind = S3ObjectAcl()
