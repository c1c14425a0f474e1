"""What a ledger says of one run, and what a sweep's record says: read once, sorted by what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handoff.evidence.chain import Entry


@dataclass(slots=True, kw_only=True)
class Step:
    """What the ledger says of one action."""

    intended_at: datetime | None = None
    done_at: datetime | None = None
    undone: bool = False
    resumed: bool = False
    already_gone: bool = False
    receipts: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Done, and not taken back since."""
        return self.done_at is not None and not self.undone


@dataclass(slots=True, kw_only=True)
class Facts:
    """What the ledger says of one run of one plan."""

    steps: dict[str, Step] = field(default_factory=dict)
    found: list[Mapping[str, Any]] = field(default_factory=list)
    """Paths that a loop of the plan took in on the way, with their actions."""
    proofs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The newest proof entry of each path, by the path's key."""
    controls: list[Mapping[str, Any]] = field(default_factory=list)
    """Canaries of the newest round that go through no one path."""
    after: str = ""
    """Digest of the sweep of the newest finished round of proof."""
    later: list[str] = field(default_factory=list)
    """Digests of the sweeps that were made after that round."""
    loose: list[str] = field(default_factory=list)
    approvals: list[Mapping[str, Any]] = field(default_factory=list)
    returned: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    documents: Mapping[str, Any] | None = None
    scopes: list[str] = field(default_factory=list)
    made: bool = False
    """The plan is the one that the ledger says was made."""
    newest: datetime | None = None


def gather(entries: Iterable[Entry], *, run: str, plan: str) -> Facts:
    """Read a ledger for one run; `plan` is `sha256:...`."""
    facts = Facts()
    for entry in entries:
        facts.newest = entry.at
        body: Mapping[str, Any] = entry.body
        if entry.run == run:
            _of_run(facts, entry.type, entry.at, body, plan)
        if entry.type == "sweep.finished" and facts.after:
            facts.later.append(body["sweep"])
        elif entry.type == "export.finished":
            facts.returned[f"{body['export']}|{body['scope']}|{body['store']}"] = body
        elif entry.type == "document.finished":
            facts.documents = body
    return facts


def _of_run(facts: Facts, type_: str, at: datetime, body: Mapping[str, Any], plan: str) -> None:
    if type_.startswith(("action.", "rollback.")):
        _of_step(facts.steps.setdefault(str(body["action"]), Step()), type_, at, body)
    elif type_ == "loop.found":
        facts.found.append(body)
    elif type_ == "plan.made":
        facts.made = facts.made or body["plan"] == plan
    elif type_ == "approval":
        facts.approvals.append(body)
    elif type_ == "proof":
        facts.proofs[body["path"]] = {**body, "recorded_at": at}
    elif type_ == "canary.control":
        facts.controls.append(body)
    elif type_ == "sweep.started":
        facts.scopes = sorted(body["scopes"])
        facts.controls = []  # each round of proof begins with a sweep
    elif type_ == "proof.finished":
        facts.after, facts.loose, facts.later = body["sweep"], list(body["loose_canaries"]), []


def _of_step(step: Step, type_: str, at: datetime, body: Mapping[str, Any]) -> None:
    if type_ == "action.intent":
        step.intended_at, step.done_at, step.undone = step.intended_at or at, None, False
    elif type_ == "action.done":
        step.done_at, step.receipts = at, list(body["receipts"])
        step.resumed, step.already_gone = bool(body["resumed"]), bool(body["already_gone"])
    elif type_.startswith("rollback."):
        step.undone = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRecord:
    """One sweep's record."""

    paths: Mapping[str, Mapping[str, Any]]
    """By key."""
    coverage: Mapping[tuple[str, str], Mapping[str, Any]]
    """By kind and scope."""

    @property
    def incomplete(self) -> list[Mapping[str, Any]]:
        """Listings that were not read whole."""
        return [one for _, one in sorted(self.coverage.items()) if one["read"] != "complete"]

    def of(self, *parties: str) -> list[str]:
        """Keys of the paths held by these parties."""
        return sorted(key for key, path in self.paths.items() if path["party"] in parties)


def read_sweep(record: bytes) -> SweepRecord:
    """The record of a sweep. Raises ValueError, KeyError or TypeError when it is none."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in record.splitlines()]
    return SweepRecord(
        paths={line["key"]: line for line in lines if line["type"] == "path"},
        coverage={(line["kind"], line["scope"]): line for line in lines if line["type"] == "coverage"},
    )
