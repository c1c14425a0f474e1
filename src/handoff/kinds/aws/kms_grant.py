"""Grants on the client's own KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _keys, _people, _policy
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_DEFAULT = "default"  # the only name that KMS allows; source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (read 2026-11-22)


class KmsGrant:
    """A grant on a customer-managed key: use of the key outside its policy, without end date.

    Revoking cannot be undone (a new grant has a new id), so the first step denies the grant's operations to its grantee in the key policy. That
    deny goes again once the grant is revoked: a statement that names a principal which is deleted later would block every change of the policy.
    """

    id = KindId("aws.kms_grant")
    title = "KMS grant"
    row = "A20"
    source = "https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    recurs = True
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html (read 2026-11-22)")
    reads = _keys.READS | _people.MARK_READS | {"kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants"}
    writes = frozenset({"kms:PutKeyPolicy", "kms:RevokeGrant"})
    fences = frozenset({"kms:CreateGrant"})
    creates = frozenset({"aws:kms/grant:Grant"})
    after: frozenset[KindId] = frozenset()
    blind = "Grants on AWS-managed keys, which only AWS services hold, and on keys of other accounts. A grantee with CreateGrant may make more: discover again."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every grant of every customer-managed key of the region."""
        marks = _people.Marks(reader)
        for key_arn, grants in fan.each(lambda key_arn: (key_arn, list(reader.read("kms:ListGrants", KeyId=key_arn))), _keys.customer_keys(reader)):
            for grant in grants:
                yield self._path(reader, key_arn, grant, marks)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Deny, then revoke; only revoke where a deny would hit the account itself or cannot be written."""
        revoke = Step(
            verb=Verb.DELETE, reversible=False, effect="the grant is revoked, and the deny taken out again; a new grant would have a new id and token"
        )
        if not _can_deny(path):
            return (revoke,)
        effect = f"the key policy denies the grant's operations to {path.holder}; undone by taking that statement out"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect), revoke)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The grant, and whether our deny stands in the key policy."""
        grant, denied = self._grant(reader, path), self._is_denied(reader, path)
        return {"grant": path.detail["grant_id"] if grant else None, "denied": denied} if grant or denied else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Deny; or revoke, see it gone, and only then take the deny out."""
        key_arn, grant_id = path.detail["key_arn"], path.detail["grant_id"]
        if verb is Verb.DISABLE:
            if self._grant(writer, path) and not self._is_denied(writer, path):
                yield self._put(writer, path, _policy.add(self._document(writer, path), _deny(path)))
            return
        if self._grant(writer, path):
            yield writer.write("kms:RevokeGrant", KeyId=key_arn, GrantId=grant_id, missing_ok=True)
        if self._grant(writer, path) is None and self._is_denied(writer, path):
            yield self._put(writer, path, _policy.drop(self._document(writer, path), _sid(path)))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Take the deny out, unless it stood there before."""
        if not before["denied"] and self._is_denied(writer, path):
            yield self._put(writer, path, _policy.drop(self._document(writer, path), _sid(path)))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """Asks for this one grant by its id, where discover lists them all."""
        if self._grant(reader, path) is None:
            return Verdict.GONE
        return Verdict.DISABLED if self._is_denied(reader, path) else Verdict.ALIVE

    def _path(self, reader: Reader, key_arn: str, grant: Json, marks: _people.Marks) -> AccessPath:
        grantee = str(grant.get("GranteePrincipal") or "unnamed principal")
        operations = [str(name) for name in _policy.listed(grant.get("Operations"))]
        return AccessPath(
            kind=self.id,
            id=f"{key_arn}#{grant['GrantId']}",
            scope=reader.scope,
            holder=grantee,
            allows=f"{', '.join(operations)} with key {key_arn}",
            # Only the grantee decides whose path it is: a retiring principal can end the grant, not use it.
            clues=(*_clues.of_arn(grantee), *marks.of(grantee)),
            detail={
                "key_arn": key_arn,
                "grant_id": grant["GrantId"],
                "name": grant.get("Name"),
                "operations": operations,
                "constraints": grant.get("Constraints"),
                "retiring_principal": grant.get("RetiringPrincipal"),
                "created": grant.get("CreationDate"),
            },
        )

    def _grant(self, reader: Reader, path: AccessPath) -> Json | None:
        if reader.get("kms:DescribeKey", KeyId=path.detail["key_arn"]) is None:
            return None
        found = reader.read("kms:ListGrants", KeyId=path.detail["key_arn"], GrantId=path.detail["grant_id"])
        return next((grant for grant in found if grant["GrantId"] == path.detail["grant_id"]), None)

    def _is_denied(self, reader: Reader, path: AccessPath) -> bool:
        return _sid(path) in _policy.sids(self._document(reader, path))

    def _document(self, reader: Reader, path: AccessPath) -> Json:
        answer = reader.get("kms:GetKeyPolicy", KeyId=path.detail["key_arn"], PolicyName=_DEFAULT)
        return _policy.parse(answer["Policy"] if answer else {"Version": "2012-10-17", "Statement": []}, where=str(path.detail["key_arn"]))

    def _put(self, writer: Writer, path: AccessPath, document: Json) -> Receipt:
        return writer.write("kms:PutKeyPolicy", KeyId=path.detail["key_arn"], PolicyName=_DEFAULT, Policy=_policy.text(document))


def _can_deny(path: AccessPath) -> bool:
    """A deny for the account's own root would lock the client out of its key; one for a deleted principal is refused by KMS."""
    own = {path.scope.id, f"arn:aws:iam::{path.scope.id}:root"}
    known = {clue for clue, _ in path.clues}
    return path.holder not in own and not known & {Clue.DELETED, Clue.NAME}


def _sid(path: AccessPath) -> str:
    return f"HandoffDeny{path.detail['grant_id']}"


def _deny(path: AccessPath) -> dict[str, object]:
    type_ = "Service" if any(clue is Clue.AWS_SERVICE for clue, _ in path.clues) else "AWS"
    operations = [f"kms:{name}" for name in cast("list[str]", path.detail["operations"])]
    return {"Sid": _sid(path), "Effect": "Deny", "Principal": {type_: path.holder}, "Action": operations, "Resource": "*"}


KIND: Kind = KmsGrant()
