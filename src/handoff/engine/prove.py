"""Is each path dead? Decided from evidence that somebody else gathered; never rounded up.

A path is PROVEN only when all of this holds, after its lag: it is missing from a fresh listing whose coverage is
complete, its own probe says GONE, and every canary made for it, which worked before the cut, was refused by name while the
client's credential, tried on the same call in the same breath, worked. Without that last control a broken network would look like success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handoff.model import AccessPath, Attempt, Coverage, Outcome, Read, Verdict


class Proof(StrEnum):
    """The verdict on one path. Only PROVEN closes it."""

    PROVEN = "proven"
    ALIVE = "alive"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One canary tried after the cut, with its positive control."""

    canary: str
    """Name of the canary login; never its secret."""
    form: str
    worked_at: datetime
    """When it was seen to work before the cut."""
    tried: Attempt
    control: Attempt | None
    """The client's own credential on the same call; None = there was none to try."""

    @property
    def dead(self) -> bool:
        """Refused, beside a control that worked."""
        return self.tried.outcome is Outcome.REFUSED and self.control is not None and self.control.outcome is Outcome.WORKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything gathered about one path after the cut."""

    path: AccessPath
    cut_at: datetime | None
    not_before: datetime | None
    gathered_at: datetime
    """When the gathering began: every answer is at least this young."""
    still_listed: bool
    coverage: Coverage | None
    probe: Verdict
    trials: tuple[Trial, ...]
    by_hand: str = ""
    """What a person still has to do about it; empty when nothing is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one path, with its reasons."""

    path: AccessPath
    proof: Proof
    reasons: tuple[str, ...]
    method: str


def judge(evidence: Evidence) -> Judgement:
    """The verdict on one path."""
    reasons = tuple(_against(evidence))
    proof = _worst(evidence) if reasons else Proof.PROVEN
    method = "listing, probe" + (f", {len(evidence.trials)} canary attempt(s) with a positive control" if evidence.trials else "")
    return Judgement(path=evidence.path, proof=proof, reasons=reasons, method=method)


def _against(evidence: Evidence) -> Iterable[str]:
    if evidence.cut_at is None:
        yield f"a person has to do it: {evidence.by_hand}" if evidence.by_hand else "it has not been cut"
    elif evidence.not_before is None:
        yield "it is not known how long the cut takes to hold"
    elif evidence.gathered_at < evidence.not_before:
        yield f"too early: nothing can be said before {evidence.not_before.isoformat()}"
    if evidence.coverage is None or evidence.coverage.read is not Read.COMPLETE:
        state = "missing" if evidence.coverage is None else f"{evidence.coverage.read}: {evidence.coverage.reason}"
        yield f"coverage is {state}"
    if evidence.still_listed:
        yield "a fresh listing still shows it"
    if evidence.probe is not Verdict.GONE:
        yield f"the probe says {evidence.probe}"
    for trial in evidence.trials:
        yield from _against_trial(evidence, trial)


def _against_trial(evidence: Evidence, trial: Trial) -> Iterable[str]:
    if evidence.cut_at is not None and trial.worked_at >= evidence.cut_at:
        yield f"canary {trial.canary} was not seen to work before the cut: its refusal says nothing about it"
    if evidence.not_before is not None and trial.tried.at < evidence.not_before:
        yield f"canary {trial.canary} was tried too early, before {evidence.not_before.isoformat()}"
    if trial.tried.outcome is Outcome.WORKED:
        yield f"canary {trial.canary} still works ({trial.tried.op})"
    elif trial.tried.outcome is Outcome.UNKNOWN:
        yield f"canary {trial.canary}: no clear answer ({trial.tried.code})"
    elif not trial.dead:
        yield f"canary {trial.canary} was refused, but the client's own credential {_control(trial)}: this may be the network, not the cut"


def _control(trial: Trial) -> str:
    return "was not there to compare" if trial.control is None else f"did not work either ({trial.control.code})"


def _worst(evidence: Evidence) -> Proof:
    if evidence.probe is Verdict.ALIVE or any(trial.tried.outcome is Outcome.WORKED for trial in evidence.trials):
        return Proof.ALIVE
    if evidence.still_listed and evidence.probe is Verdict.DISABLED:
        return Proof.DISABLED
    return Proof.UNKNOWN


def coverage_of(path: AccessPath, coverages: Mapping[tuple[str, str], Coverage]) -> Coverage | None:
    """The coverage that speaks for this path: of its kind in its scope."""
    return coverages.get((path.kind, str(path.scope)))
