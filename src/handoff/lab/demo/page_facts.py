"""What the story of a demonstration comes down to: the verdict on each way in, and what is missing for a whole claim.

Nothing here is rounded up: a way in of the provider's without a proof counts as open, and a story that breaks off says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from handoff.errors import MachineError, UsageError
from handoff.lab.demo.provider import HIDDEN_ASSIGNMENT

Record = Mapping[str, Any]

PROVEN = "proven"
STAYS = "stays"
OPEN_PARTIES = frozenset({"provider", "unknown"})
"""Whose ways in must not be open at the end; the plan may have more."""

_HINTS = (
    (r"secret of .*?(?P<name>[\w-]+)$", "azure.app_credential"),
    (r"(?P<role>\w+) on the subscription for", "azure.role_assignment"),
    (r"(?P<key>key\d) of storage account (?P<name>\w+)", "azure.storage_account_key"),
    (r"(?P<role>roles/[\w.]+) for (?P<who>[^\s,]+)", "gcp.project_iam_binding"),
)
"""How `provider.open_azure` and `open_gcp` tell what they opened, and the kind as which a sweep lists it; the named words stand in the listed path."""
_MARKS = (HIDDEN_ASSIGNMENT,)
"""What the hidden ones carry, where the words alone fit several paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One way in that was opened by hand, and the listed paths that are it."""

    cloud: str
    text: str
    keys: tuple[str, ...]
    """Empty: no path of the sweep is recognised as this one."""
    kind: str = ""
    """Its kind, where the one who opened it told."""
    tries: tuple[str, ...] = ()
    """Names of the credentials, sessions and addresses that it came with."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The story, read with care: any of its fields may be missing."""

    story: Record
    swept: tuple[Record, ...] | None
    """Path lines of the sweep of the last round of proof, from the evidence; None when there is none."""
    certificate: Record
    """Predicate of the statement in the evidence; empty when there is none."""

    @cached_property
    def steps(self) -> tuple[Record, ...]:
        """The chapters."""
        return records(self.story, "steps")

    @cached_property
    def before(self) -> tuple[Record, ...]:
        """Every way in before the exit, the provider's first."""
        return tuple(sorted(records(self.story, "paths_before"), key=_order))

    @cached_property
    def proofs(self) -> Mapping[str, Record]:
        """The verdicts, by path."""
        return {key_of(one): one for one in records(self.story, "proofs")}

    @cached_property
    def after(self) -> tuple[Record, ...] | None:
        """Every way in after the exit: as swept; else what is left of the list when the proven ones are taken out; None without any proof."""
        if self.swept is not None:
            return self.swept
        if not self.proofs:
            return None
        return tuple(one for one in self.before if self.verdict(one) != PROVEN)

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """The ways in that were opened by hand."""
        return tuple(
            Hidden(cloud=text_of(one, "cloud"), text=text_of(one, "text"), keys=tuple(self._keys(one)), kind=text_of(one, "kind"), tries=texts(one, "tries"))
            for one in records(self.story, "hidden")
        )

    @cached_property
    def hidden_keys(self) -> frozenset[str]:
        """The listed paths that were opened by hand."""
        return frozenset(key for one in self.hidden for key in one.keys)

    @cached_property
    def due(self) -> frozenset[str]:
        """Every path that has to be proven dead: all that have a verdict, and whatever else is the provider's or nobody's known."""
        return frozenset(self.proofs) | {key_of(one) for one in (*self.before, *(self.swept or ())) if one.get("party") in OPEN_PARTIES}

    @cached_property
    def dead(self) -> frozenset[str]:
        """The paths that are proven dead, and that the last sweep does not show."""
        shown = {key_of(one) for one in self.swept or ()}
        return frozenset(key for key, one in self.proofs.items() if one.get("proof") == PROVEN and key not in shown)

    def verdict(self, path: Record) -> str:
        """One word on one path: `proven`, another verdict of the proof, `open` or `stays`."""
        key = key_of(path)
        if key in self.dead:
            return PROVEN
        if key in self.proofs:
            said = text_of(self.proofs[key], "proof")
            return "alive" if said == PROVEN else said or "unknown"
        return "open" if key in self.due else STAYS

    @cached_property
    def unread(self) -> tuple[Record, ...]:
        """Listings that could not be read whole."""
        return tuple(one for one in records(self.story, "coverage") if one.get("read") != "complete")

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """What the story does not have, a sentence each; empty for one that went to its end."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        if self.story.get("error"):
            yield f"It stopped with: {self.story['error']}"
        if not self.before:
            yield "No listing of the ways in."
        elif not self.proofs:
            yield "No round of proof: nothing is shown to be dead."
        if not records(self.story, "bags"):
            yield "No data was returned."
        if not self.certificate:
            yield "No certificate was made."

    def tried(self, one: Hidden, when: str, outcome: str) -> int:
        """How many of its credentials, sessions and addresses gave this outcome, `before` or `after` the exit."""
        tries = self.story.get("tries")
        outcomes = tries.get(when) if isinstance(tries, dict) else None
        return sum(outcomes.get(name) == outcome for name in one.tries) if isinstance(outcomes, dict) else 0

    def _keys(self, one: Record) -> list[str]:
        kind, marks = text_of(one, "kind"), texts(one, "marks")
        if not (kind and marks):
            return self._recognise(text_of(one, "cloud"), text_of(one, "text"))
        return [key_of(path) for path in self.before if path.get("kind") == kind and all(mark in _told(path) for mark in marks)]

    def _recognise(self, cloud: str, text: str) -> list[str]:
        for pattern, kind in _HINTS:
            said = re.search(pattern, text)
            if said is None or not kind.startswith(f"{cloud}."):
                continue
            fitting = [
                one
                for one in self.before
                if one.get("kind") == kind and one.get("party") != "client" and all(word in _told(one) for word in said.groupdict().values())
            ]
            marked = [one for one in fitting if any(mark in f"{_told(one)} {one.get('detail')}" for mark in _MARKS)]
            return [key_of(one) for one in marked or fitting]
        return []


def read(out: Path) -> Facts:
    """The facts of the demonstration in a folder. A missing story is an empty one; raises UsageError for one that is not JSON."""
    return Facts(story=_object(out / "story.json"), swept=_last_sweep(out / "evidence"), certificate=_predicate(out / "evidence"))


def records(of: Record, name: str) -> tuple[Record, ...]:
    """The records of one field; empty when it is missing or something else."""
    found = of.get(name)
    return tuple(one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def texts(of: Record, name: str) -> tuple[str, ...]:
    """The texts of one field."""
    found = of.get(name)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def text_of(of: Record, name: str) -> str:
    """One field as text; empty when it is missing."""
    found = of.get(name)
    return "" if found is None else str(found)


def number_of(of: Record, name: str) -> float | None:
    """One field as a number; None when it is none."""
    found = of.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def key_of(one: Record) -> str:
    """The key of a path, a proof or a listing: kind, scope, id."""
    return f"{one.get('kind')}|{one.get('scope')}|{one.get('id')}"


def _told(path: Record) -> str:
    return " ".join(text_of(path, name) for name in ("id", "holder", "allows", "why"))


def _order(path: Record) -> tuple[int, str, str, str]:
    party = text_of(path, "party")
    return (
        ("provider", "unknown", "client").index(party) if party in {"provider", "unknown", "client"} else 3,
        text_of(path, "cloud"),
        text_of(path, "kind"),
        text_of(path, "id"),
    )


def _object(path: Path) -> Record:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise MachineError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}", hint="Run `handoff demo` again; it writes this file.") from error
    return cast("Record", found) if isinstance(found, dict) else {}


def _lines(path: Path) -> Sequence[Record]:
    try:
        return [one for line in path.read_text(encoding="utf-8").splitlines() if line and isinstance(one := json.loads(line), dict)]
    except (OSError, ValueError):
        return []  # a broken bundle is for `handoff verify` to refuse; the page falls back on the story


def _last_sweep(evidence: Path) -> tuple[Record, ...] | None:
    digest = ""
    for one in _lines(evidence / "ledger.jsonl"):
        body = one.get("body")
        if one.get("type") == "proof.finished" and isinstance(body, dict):
            digest = text_of(body, "sweep").removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        return None
    lines = _lines(evidence / "sweeps" / f"{digest}.jsonl")
    return tuple(one for one in lines if one.get("type") == "path") if lines else None


def _predicate(evidence: Path) -> Record:
    try:
        found = _object(evidence / "statement.json").get("predicate")
    except (MachineError, UsageError):
        return {}
    return cast("Record", found) if isinstance(found, dict) else {}
