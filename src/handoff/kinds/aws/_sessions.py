"""Cutting sessions that live on: a deny on tokens issued before a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.model import Json

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
