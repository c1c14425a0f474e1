"""How long a cut takes to hold, per kind: the vendor's figure, or the lab's shorter one.

The vendor's figures stand on the kinds (`KIND.lag`). The lab's stand-ins really do let an old right live on for a
while, as the clouds do, only shorter; their settings are one JSON file that they and this module both read
(`HANDOFF_LAGS`: `{"kinds": {KIND_ID: SECONDS}, "soak_s": SECONDS}`). The file is honoured only while every cloud endpoint in
force is on this machine, so it can never shorten a wait on a real cloud.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff.errors import SafetyLimit, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.model import Kind

VARIABLE = "HANDOFF_LAGS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """The waits in force for one run."""

    kinds: Mapping[str, float]
    """Seconds by kind id, from the lab; empty on a real cloud."""
    soak_s: float | None
    """Soak in seconds, from the lab; None = as the spec says."""
    is_lab: bool
    """True when the lab's settings are in force; the evidence says so."""

    def settle(self, kind: Kind) -> timedelta:
        """Time after a write before a probe of this kind means anything."""
        return timedelta(seconds=self.kinds.get(kind.id, kind.lag.settle_s))

    def soak(self, agreed: timedelta) -> timedelta:
        """Time between disable and delete."""
        return agreed if self.soak_s is None else timedelta(seconds=self.soak_s)


def on_this_machine(url: str) -> bool:
    """True when the URL's host is a loopback address."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def in_force(endpoints: Iterable[str]) -> Lags:
    """The waits for a run against these endpoints; refuses lab waits beside a real cloud."""
    name = os.environ.get(VARIABLE)
    if not name:
        return Lags(kinds={}, soak_s=None, is_lab=False)
    real = sorted(url for url in endpoints if not on_this_machine(url))
    if real:
        raise SafetyLimit(
            f"{VARIABLE} is set, but these endpoints are real: {', '.join(real)}", hint=f"Unset {VARIABLE}: lab waits are never used on a real cloud."
        )
    try:
        body = json.loads(Path(name).read_text(encoding="utf-8"))
        return Lags(kinds={str(kind): _seconds(value) for kind, value in body["kinds"].items()}, soak_s=_seconds(body["soak_s"]), is_lab=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{VARIABLE}={name} cannot be read: {error}", hint="Run `handoff lab up` again, or unset the variable.") from error


def _seconds(value: float) -> float:
    seconds = float(value)
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"{value} is not a number of seconds")
    return seconds
