"""Cutting sessions that live on: a deny on tokens issued before a moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.model import Json, Reader, Receipt, Writer

POLICY = "HandoffRevokeOlderSessions"
"""Prefix of the inline policies that cut sessions; each path adds its own mark, so that undoing one leaves the other."""

SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html (read 2026-11-22)"

SETTLE_S = 10
"""IAM writes take about 4 s to hold everywhere; rounded up to be sure.
source: https://hackingthe.cloud/aws/post_exploitation/iam_persistence_eventual_consistency/ (read 2026-11-22)"""

_WINDOW = timedelta(seconds=4)


def cut_time(at: datetime) -> datetime:
    """The moment before which tokens are refused: not before `at`, nor before the credential really stopped minting.

    A token minted while the change still spreads, or between a first try that was killed and this one, must be cut too; so the clock is read here.
    """
    return max(at, datetime.now(UTC)) + _WINDOW


def older_than(moment: datetime) -> Json:
    """Deny everything to tokens issued before `moment`. Long-term keys carry no issue time, so they are not matched.

    source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-tokenissuetime (read 2026-11-22)
    """
    written = moment.astimezone(UTC).replace(microsecond=0) + (timedelta(seconds=1) if moment.microsecond else timedelta())
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "HandoffRevokeOlderSessions",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": written.strftime("%Y-%m-%dT%H:%M:%SZ")}},
            }
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """The role or user whose sessions are cut, by one inline policy of its own."""

    type: str
    """`Role` or `User`, as IAM's operations write it."""
    name: str

    def cut(self, reader: Reader, policy: str) -> object:
        """The policy of that name, or None."""
        found = reader.get(f"iam:Get{self.type}Policy", **self._named, PolicyName=policy)
        return found["PolicyDocument"] if found else None

    def put(self, writer: Writer, policy: str, document: object) -> Receipt:
        """Write the policy; one that is there is replaced."""
        return writer.write(f"iam:Put{self.type}Policy", **self._named, PolicyName=policy, PolicyDocument=json.dumps(document))

    def put_back(self, writer: Writer, policy: str, document: object) -> Receipt:
        """The policy as it was: None = there was none."""
        if document is not None:
            return self.put(writer, policy, document)
        return writer.write(f"iam:Delete{self.type}Policy", **self._named, PolicyName=policy, missing_ok=True)

    def refused_before(self, reader: Reader) -> datetime | None:
        """The latest moment before which some cut of the bearer, ours or the console's, refuses its tokens."""
        names = (str(item["PolicyNames"]) for item in reader.read(f"iam:List{self.type}Policies", **self._named))
        moments = (moment_of(self.cut(reader, name)) for name in names if name.startswith(_CUTS))
        return max((moment for moment in moments if moment), default=None)

    @property
    def _named(self) -> Mapping[str, str]:
        return {f"{self.type}Name": self.name}


# The console's button writes a policy of the second name.
_CUTS = (POLICY, "AWSRevokeOlderSessions")


def moment_of(document: object) -> datetime | None:
    """The moment before which a policy refuses every token, or None when it is no such policy."""
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    for statement in [statements] if isinstance(statements, Mapping) else statements or ():
        if statement.get("Effect") == "Deny" and statement.get("Action") in ("*", ["*"]) and statement.get("Resource") in ("*", ["*"]):
            condition = statement.get("Condition") or {}
            written = (condition.get("DateLessThan") or {}).get("aws:TokenIssueTime") if len(condition) == 1 else None
            if isinstance(written, str):
                return datetime.fromisoformat(written)
    return None
