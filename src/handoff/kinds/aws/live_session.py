"""Sessions that are alive: what was minted of a role or user in the last 36 hours, as CloudTrail tells."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _people, _sessions, _trail
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.kinds.aws._trail import Minted
    from handoff.model import Json, Kind, Reader, Receipt, Writer


class LiveSession(Item):
    """All sessions that one issuer has minted of one role or user and that may still be alive.

    AWS lists no sessions and ends none; a policy of the role or user that refuses older tokens is the only way, and it ends everybody's sessions of that
    role: who is still trusted begins anew. So the trusts, keys and passwords with which sessions are minted are cut before.
    """

    id = KindId("aws.live_session")
    title = "Live session of a role or user"
    row = "A7"
    source = _sessions.SOURCE
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=_sessions.SETTLE_S, survives_s=0, source=_sessions.SOURCE)
    reads = (
        _trail.READS
        | _people.MARK_READS
        | frozenset({"iam:GetRole", "iam:GetUser", "iam:GetRolePolicy", "iam:GetUserPolicy", "iam:ListRolePolicies", "iam:ListUserPolicies"})
    )
    writes = frozenset({"iam:DeleteRolePolicy", "iam:DeleteUserPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy"})
    fences = frozenset({"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:GetFederationToken", "sts:GetSessionToken"})
    creates: frozenset[str] = frozenset()
    after = frozenset(
        {
            KindId("aws.iam_access_key"),
            KindId("aws.login_profile"),
            KindId("aws.role_trust"),
            KindId("aws.sso_assignment"),
        }
    )
    blind = (
        "Sessions of the last 15 minutes, which CloudTrail has not shown yet; sessions that were minted in a region that is not swept; console sessions of IAM "
        "users (A1) and of the root user; chains that a session began in other accounts."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """One path for each role or user and issuer with a session that may be alive."""
        now = datetime.now(UTC)
        grouped: defaultdict[tuple[str, str], list[Minted]] = defaultdict(list)
        for minted in _trail.minted(reader, now):
            if minted.until > now:
                grouped[minted.bearer_id, minted.by].append(minted)
        marks = _people.Marks(reader)
        for path in fan.each(lambda sessions: self._path(reader, sessions, marks), grouped.values()):
            if path is not None:
                yield path

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The bearer, and the policy that cuts its sessions on behalf of this path."""
        if not _is_same(reader, path):
            return None
        return {"bearer": path.detail["bearer_arn"], "cut": _bearer(path).cut(reader, _policy(path))}

    def disable_effect(self, path: AccessPath, /) -> str:
        """There is no call that ends a session."""
        if path.detail["kept_by_aws"]:
            return ""
        return f"every session of {path.detail['bearer_name']} that began before is refused, whoever began it; undone by removing {_policy(path)}"

    def manual_effect(self, path: AccessPath, /) -> str:
        """AWS lets nobody write policies of these roles."""
        if not path.detail["kept_by_aws"]:
            return ""
        return (
            f"{path.detail['bearer_name']} takes no policy of yours. A role of Identity Center: put a deny on aws:TokenIssueTime into its permission set and provision "
            f"it, or attach a service control policy; a service-linked role: stop it in its service. Its last known session ends at {path.detail['until']}"
        )

    def is_off(self, state: Json, /) -> bool:
        """Refused by this path's own policy."""
        return _sessions.moment_of(state["cut"]) is not None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Write the policy unless it reaches this cut already: one from an earlier cut does not stop what was minted since."""
        state = self.image(writer, path)
        if state is None or verb is Verb.MANUAL:
            return
        reaches = _sessions.moment_of(state["cut"])
        if reaches is None or reaches < at or _time(path, "issued") >= reaches:
            yield _bearer(path).put(writer, _policy(path), _sessions.older_than(_sessions.cut_time(at)))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """The policy as it was before: gone, as a rule."""
        if _is_same(writer, path):
            yield _bearer(path).put_back(writer, _policy(path), before["cut"])

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the bearer's policies and the clock: CloudTrail would show the sessions for 90 days, dead or alive."""
        if not _is_same(reader, path) or _time(path, "until") <= datetime.now(UTC):
            return Verdict.GONE
        moment = _bearer(path).refused_before(reader)
        return Verdict.GONE if moment is not None and _time(path, "issued") < moment else Verdict.ALIVE

    def _path(self, reader: Reader, sessions: list[Minted], marks: _people.Marks) -> AccessPath | None:
        newest = max(sessions, key=lambda minted: minted.issued)
        path = AccessPath(
            kind=self.id,
            id=f"{newest.bearer_id}#{newest.by}",
            scope=reader.scope,
            holder=newest.by,
            allows=f"act as {newest.bearer_name} until {max(minted.until for minted in sessions):%Y-%m-%d %H:%M} UTC",
            clues=tuple(dict.fromkeys((*newest.clues, *marks.of(newest.by)))),
            detail={
                "bearer_type": newest.bearer_type,
                "bearer_name": newest.bearer_name,
                "bearer_arn": newest.bearer_arn,
                "bearer_id": newest.bearer_id,
                "issued": newest.issued.isoformat(),
                "until": max(minted.until for minted in sessions).isoformat(),
                "sessions": len(sessions),
                "kept_by_aws": "/aws-service-role/" in newest.bearer_arn or newest.bearer_name.startswith(("AWSServiceRoleFor", "AWSReservedSSO_")),
            },
        )
        return path if self.probe(reader, path) is Verdict.ALIVE else None


def _bearer(path: AccessPath) -> _sessions.Bearer:
    return _sessions.Bearer(type=str(path.detail["bearer_type"]), name=str(path.detail["bearer_name"]))


def _policy(path: AccessPath) -> str:
    # Each path has its own policy, so that undoing one cut leaves the other.
    return f"{_sessions.POLICY}-{hashlib.sha256(path.id.encode()).hexdigest()[:12]}"


def _is_same(reader: Reader, path: AccessPath) -> bool:
    # A role made anew under the old name is another role, whose sessions these are not.
    bearer = _bearer(path)
    answer = reader.get(f"iam:Get{bearer.type}", **{f"{bearer.type}Name": bearer.name})
    inner = answer[bearer.type] if answer else None
    return isinstance(inner, dict) and inner.get(f"{bearer.type}Id") == path.detail["bearer_id"]


def _time(path: AccessPath, name: str) -> datetime:
    return datetime.fromisoformat(str(path.detail[name]))


KIND: Kind = LiveSession()
