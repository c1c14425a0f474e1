"""Access keys of IAM users, with the sessions that they minted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _means, _people, _sessions, _use
from handoff.model import AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Use, Writer


class IamAccessKey:
    """A long-lived key pair of an IAM user.

    Sessions from GetSessionToken and GetFederationToken outlive their key by up to 36 hours and die only when a policy of the user denies
    them, so disabling also writes an inline user policy that refuses every token issued before the cut. Deleting keeps that policy: the
    sessions that it stops may be younger than the delete; it goes with the user, and matches nothing but old tokens.
    """

    id = KindId("aws.iam_access_key")
    title = "IAM access key"
    row = "A2"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=36 * 3600,
        source="https://hackingthe.cloud/aws/post_exploitation/survive_access_key_deletion_with_sts_getfederationtoken/ (read 2026-11-22)",
    )
    reads = _people.READS | {"iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:GetUserPolicy", "iam:ListAccessKeys"}
    writes = frozenset({"iam:DeleteAccessKey", "iam:DeleteUserPolicy", "iam:PutUserPolicy", "iam:UpdateAccessKey"})
    fences = frozenset({"iam:CreateAccessKey", "iam:CreateUser", "iam:UpdateAccessKey"})
    creates = frozenset({"aws:iam/accessKey:AccessKey"})
    after: frozenset[KindId] = frozenset()
    uses = _use.USES
    blind = "Access keys of the root user (IAM does not list them), and keys that AWS services keep for themselves."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key of every user of the account."""
        rights = _means.Rights(reader)
        for user, keys in fan.each(lambda user: (user, list(reader.read("iam:ListAccessKeys", UserName=user["UserName"]))), _people.users(reader)):
            clues, mints = (_people.clues(user), rights.of(user)) if keys else ((), ())
            for key in keys:
                yield AccessPath(
                    kind=self.id,
                    id=str(key["AccessKeyId"]),
                    scope=reader.scope,
                    holder=str(user["Arn"]),
                    allows=f"call AWS as IAM user {user['UserName']}",
                    clues=clues,
                    detail={"user_name": user["UserName"], "status": key["Status"], "created": key.get("CreateDate")},
                    mints=mints,
                )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Set inactive and cut sessions, then delete."""
        name = path.detail["user_name"]
        return (
            Step(
                verb=Verb.DISABLE,
                reversible=True,
                effect=f"key {path.id} of {name} is set inactive, and sessions of {name} that began before are refused; undone by setting it active and removing {_policy(path)}",
            ),
            Step(verb=Verb.DELETE, reversible=False, effect=f"key {path.id} is deleted; AWS never gives the same key again"),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Status of the key, and the policy that cuts its sessions."""
        key = self._key(reader, path)
        if key is None:
            return None
        return {"user_name": path.detail["user_name"], "status": key["Status"], "cut": self._cut(reader, path)}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Key first, sessions second: a session minted in between is then older than the cut."""
        name = path.detail["user_name"]
        key = self._key(writer, path)
        if key is None:
            return
        if verb is Verb.DELETE:
            yield writer.write("iam:DeleteAccessKey", UserName=name, AccessKeyId=path.id, missing_ok=True)
            return
        was_active = key["Status"] == "Active"
        if was_active:
            yield writer.write("iam:UpdateAccessKey", UserName=name, AccessKeyId=path.id, Status="Inactive")
        if was_active or self._cut(writer, path) is None:
            policy = json.dumps(_sessions.older_than(_sessions.cut_time(at)))
            yield writer.write("iam:PutUserPolicy", UserName=name, PolicyName=_policy(path), PolicyDocument=policy)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Status and policy as they were before."""
        name = path.detail["user_name"]
        if before["cut"] is None:
            yield writer.write("iam:DeleteUserPolicy", UserName=name, PolicyName=_policy(path), missing_ok=True)
        else:
            yield writer.write("iam:PutUserPolicy", UserName=name, PolicyName=_policy(path), PolicyDocument=json.dumps(before["cut"]))
        yield writer.write("iam:UpdateAccessKey", UserName=name, AccessKeyId=path.id, Status=before["status"])

    def mints(self, path: AccessPath, /) -> tuple[Mapping[str, str], ...]:
        """Sessions of the user and an address signed for it, issued by this very key."""
        return tuple({"op": op, "access_key_id": path.id} for op in ("sts:GetSessionToken", "sts:GetFederationToken", "s3:presign"))

    def used(self, reader: Reader, path: AccessPath, since: datetime, /) -> Iterator[Use]:
        """Every call that the key made."""
        return _use.of_key(reader, path.id, since)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the key's own record of last use, and by the user's list; two answers that differ are UNKNOWN."""
        key = self._key(reader, path)
        used = reader.get("iam:GetAccessKeyLastUsed", AccessKeyId=path.id)
        known = bool(used and used.get("UserName"))
        if key is None:
            return Verdict.UNKNOWN if known else Verdict.GONE
        return Verdict.ALIVE if key["Status"] == "Active" else Verdict.DISABLED

    def _key(self, reader: Reader, path: AccessPath) -> Json | None:
        name = path.detail["user_name"]
        if reader.get("iam:GetUser", UserName=name) is None:
            return None
        return next((key for key in reader.read("iam:ListAccessKeys", UserName=name) if key["AccessKeyId"] == path.id), None)

    def _cut(self, reader: Reader, path: AccessPath) -> object:
        found = reader.get("iam:GetUserPolicy", UserName=path.detail["user_name"], PolicyName=_policy(path))
        return found["PolicyDocument"] if found else None


def _policy(path: AccessPath) -> str:
    # A user may have two keys; each has its own policy, so that undoing one cut leaves the other.
    return f"{_sessions.POLICY}-{path.id}"


KIND: Kind = IamAccessKey()
