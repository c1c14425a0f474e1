"""What the kinds of EC2 have in common: how soon a change holds."""

from __future__ import annotations

from handoff.model import Lag

# EC2's API is eventually consistent and AWS gives no figure; five minutes is its own advice for how long to go on asking.
LAG = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html (read 2026-11-22)")
