"""Key policies of KMS: who is let in by the key itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.errors import CloudError, LockOut
from handoff.kinds.aws import _clues, _keys, _people, _policy
from handoff.model import AROUND, AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_DEFAULT = "default"  # the only name that KMS allows; source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (read 2026-11-22)
_CHANGE = "kms:putkeypolicy"
_LASTING = frozenset({"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:multifactorauthpresent"})
"""Conditions that an administrator can go on fulfilling; with any other, such as a date or an address, a statement does not count as one for an administrator."""


class KmsKeyPolicy:
    """One principal of one Allow statement of one key policy.

    Without an administrator in its own account a key can be helped by AWS Support alone, so the account's own statement has no step, and no
    policy is ever written that leaves nobody of the account who could change it.
    source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html (read 2026-11-22)
    """

    id = KindId("aws.kms_key_policy")
    title = "KMS key policy"
    row = "A19"
    source = "https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html (read 2026-11-22): a few seconds as a rule, several minutes at times",
    )
    reads = _keys.READS | _people.MARK_READS | {"kms:GetKeyPolicy"}
    writes = frozenset({"kms:PutKeyPolicy"})
    fences = frozenset({"kms:CreateKey", "kms:PutKeyPolicy"})
    creates = frozenset({"aws:kms/externalKey:ExternalKey", "aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey"})
    after: frozenset[KindId] = frozenset()
    blind = (
        "What the account's own statement leaves to IAM, which are other kinds, and custom key stores. A policy that names a deleted principal "
        "elsewhere is refused by KMS as a whole until that name is gone too. Data keys that were decrypted before the cut stay known."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal of every Allow statement of every customer-managed key of the region."""
        marks = _people.Marks(reader)
        for key_arn, document in fan.each(lambda key_arn: (key_arn, _read(reader, key_arn)), _keys.customer_keys(reader)):
            for opening in _policy.openings(document or {}):
                yield self._path(reader, key_arn, opening, marks)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take this principal out of this statement; none for the account itself, unless the statement is for certain others alone."""
        if _is_own(path):
            return ()
        effect = f"{path.holder} is taken out of one statement of the policy of {path.detail['key_arn']}, the rest stays; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the policy, and nothing else of it."""
        document = _read(reader, _arn(path)) or {}
        statements = _policy.find(document, *_key(path))
        return {"statements": statements, AROUND: document} if statements else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Re-read, take out, write. Raises LockOut instead of leaving the key without an administrator in its own account."""
        document = _read(writer, _arn(path))
        if document is None or not _policy.find(document, *_key(path)):
            return
        rest = _policy.without(document, *_key(path))
        if _is_own(path) or not _has_administrator(rest, path.scope.id):
            raise LockOut(
                f"{_arn(path)}: without {path.holder} nobody of account {path.scope.id} could change the key policy any more",
                hint=f"Nothing was changed. Let arn:aws:iam::{path.scope.id}:root administer the key in a statement of its own, then go on.",
            )
        yield _put(writer, path, rest)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the principal back where it was."""
        document = _read(writer, _arn(path))
        if document is None:
            raise CloudError(f"{_arn(path)} is not there, so {path.holder} cannot be put back")
        wanted = _policy.put_back(document, cast("list[Json]", before["statements"]), around=before.get(AROUND), taken=_key(path))
        if wanted != document:
            yield _put(writer, path, wanted)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """The policy itself is the right, and KMS has only one call that shows it."""
        return Verdict.ALIVE if self.image(reader, path) else Verdict.GONE

    def _path(self, reader: Reader, key_arn: str, opening: _policy.Opening, marks: _people.Marks) -> AccessPath:
        actions = ", ".join(str(action) for action in _policy.listed(opening.statement.get("Action"))) or "everything but what NotAction names"
        narrowed = (mark for arn in _clues.demanded(opening.conditions, "aws:principalarn") for mark in marks.of(arn))
        seen = (*_clues.of_opening(opening), *marks.of(opening.principal), *narrowed)
        return AccessPath(
            kind=self.id,
            id=f"{key_arn}#{opening.suffix}",
            scope=reader.scope,
            holder=opening.principal if opening.type != _policy.NOT else f"anyone but {opening.principal}",
            allows=f"{actions} with key {key_arn}",
            clues=tuple(dict.fromkeys(seen)),
            detail={
                "key_arn": key_arn,
                "mark": opening.mark,
                "principal_type": opening.type,
                "principal": opening.principal,
                "sid": opening.statement.get("Sid"),
                "conditions": opening.conditions,
                "expires": _clues.expires(opening.conditions),
            },
        )


def _arn(path: AccessPath) -> str:
    return str(path.detail["key_arn"])


def _key(path: AccessPath) -> tuple[str, str, str]:
    return str(path.detail["mark"]), str(path.detail["principal_type"]), str(path.detail["principal"])


def _read(reader: Reader, key_arn: str) -> Json | None:
    answer = reader.get("kms:GetKeyPolicy", KeyId=key_arn, PolicyName=_DEFAULT)
    return _policy.parse(answer["Policy"], where=key_arn) if answer else None


def _put(writer: Writer, path: AccessPath, document: Json) -> Receipt:
    # Never with BypassPolicyLockoutSafetyCheck: what KMS itself would refuse is to be refused.
    return writer.write("kms:PutKeyPolicy", KeyId=_arn(path), PolicyName=_DEFAULT, Policy=_policy.text(document))


def _is_own(path: AccessPath) -> bool:
    """True for the account's own statement. One that names the account, but lets in only principals that its condition names, is theirs."""
    callers = list(_clues.demanded(cast("Json", path.detail["conditions"]), "aws:principalarn"))
    return _is_account(path.scope.id, str(path.detail["principal"])) and (not callers or any(_is_account(path.scope.id, one) for one in callers))


def _is_account(account: str, principal: str) -> bool:
    return principal == account or re.fullmatch(rf"arn:[a-z-]+:iam::{account}:root", principal) is not None


def _has_administrator(document: Json, account: str) -> bool:
    """True when somebody of the account may go on changing the policy, as far as the policy itself says."""
    return any(_administers(opening, account) for opening in _policy.openings(document))


def _administers(opening: _policy.Opening, account: str) -> bool:
    own = rf"arn:[a-z-]+:iam::{account}:.+"
    if opening.type != "AWS" or not (opening.principal == account or re.fullmatch(own, opening.principal)):
        return False
    actions = [str(one).lower() for one in _policy.listed(opening.statement.get("Action"))]
    keys = {str(key).lower() for pairs in opening.conditions.values() if isinstance(pairs, Mapping) for key in pairs}
    callers = list(_clues.demanded(opening.conditions, "aws:principalarn"))
    return (
        any(fnmatchcase(_CHANGE, pattern) for pattern in actions)
        and "*" in _policy.listed(opening.statement.get("Resource"))
        and keys <= _LASTING
        and (not callers or any(re.fullmatch(own, one) for one in callers))
    )


KIND: Kind = KmsKeyPolicy()
