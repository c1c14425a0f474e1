"""The in-toto statement of an exit: subjects are all artefacts, the predicate says what they come down to.

The predicate is derived from the artefacts alone, by a function without clock or network, so the verifier derives it again and compares.
source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.evidence.facts import Facts, SweepRecord, gather
from handoff.evidence.judging import PROVEN, against_trial, judge, path_key, scope_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.evidence.chain import Entry
    from handoff.evidence.ledger import LedgerSummary

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://handoff.example/exit/v1"
EXIT_PROVEN = "exit proven"
PATHS_REMAIN = "paths remain"
COVERAGE_INCOMPLETE = "coverage incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a predicate is derived from."""

    declared: Mapping[str, Any]
    """What the spec says: engagement, parties, clouds, approvals, regulations. Its file is a subject."""
    plan: Mapping[str, Any]
    plan_digest: str
    """`sha256:...` of the plan's file."""
    entries: Iterable[Entry]
    ledger: LedgerSummary
    sweep: Callable[[str], SweepRecord]
    """By digest, `sha256:...`."""


def run_of(plan_digest: str) -> str:
    """The id of the run that executes a plan."""
    return "run-" + plan_digest.removeprefix("sha256:")[:12]


def statement(subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> bytes:
    """The statement's bytes; subjects are SHA-256 in hexadecimal by file name."""
    named = [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())]
    return canonical.encode({"_type": STATEMENT_TYPE, "subject": named, "predicateType": PREDICATE_TYPE, "predicate": predicate})


def sweeps_of(plan: Mapping[str, Any], facts: Facts) -> list[str]:
    """Digests of every sweep that the predicate stands on."""
    return sorted({plan["sweep"], *([facts.after] if facts.after else []), *facts.later})


def derive(material: Material) -> dict[str, Any]:
    """The predicate. Raises KeyError, TypeError or ValueError when the material is malformed."""
    plan = material.plan
    facts = gather(material.entries, run=run_of(material.plan_digest), plan=material.plan_digest)
    nothing = SweepRecord(paths={}, coverage={})
    before, after = material.sweep(plan["sweep"]), material.sweep(facts.after) if facts.after else nothing
    paths = [judge(target, steps, facts, after) for target, steps in _judged(plan, facts)]
    planned = {one["path"] for one in paths}
    reappeared = sorted({key for digest in facts.later for key in material.sweep(digest).of("provider", "unknown")})
    outside = [key for key in after.of("provider", "unknown") if key not in planned]
    gaps = _gaps(material.declared, before, after) if facts.after else []
    open_ = _open(paths, facts) + [f"{key}: the provider's or nobody's known, and not in the plan" for key in outside]
    open_ += [f"{key}: seen in a sweep after the proof" for key in reappeared]
    return {
        "schema_version": 1,
        "verdict": COVERAGE_INCOMPLETE if gaps else PATHS_REMAIN if open_ else EXIT_PROVEN,
        "remains": gaps + open_,
        "residuals": _residuals(material.declared, plan, paths, after, facts),
        "declared": material.declared,
        "environment": _environment(plan, facts),
        "run": run_of(material.plan_digest),
        "plan": {name: plan[name] for name in ("made_at", "operator", "soak_s", "spec", "coverage_complete")}
        | {"digest": material.plan_digest, "actions": len(plan["actions"]) + len(plan.get("own_actions", ()))},
        "sweeps": {"before": _summary(plan["sweep"], before), "after": _summary(facts.after, after), "later": facts.later},
        "paths": paths,
        "outside": outside,
        "reappeared": reappeared,
        "session_canaries": facts.controls,
        "approvals": facts.approvals,
        "returned": [body for _, body in sorted(facts.returned.items())],
        "documents": facts.documents,
        "ledger": {"count": material.ledger.count, "head": material.ledger.head, "merkle_root": material.ledger.merkle_root},
        "recorded_until": None if facts.newest is None else canonical.rfc3339(facts.newest),
    }


def _judged(plan: Mapping[str, Any], facts: Facts) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Every path of the run with its steps: the plan's, those left to the client's last step, and those that an approved loop took in."""
    looped = {(one["kind"], scope_name(one["scope"])) for one in plan.get("loops", ())}
    found = [one for one in facts.found if (one["kind"], one["scope"]) in looped]
    targets = {path_key(target["path"]): target for target in plan["targets"]}
    targets |= {key: one["target"] for one in found if (key := path_key(one["target"]["path"])) not in targets}
    steps: dict[str, list[Mapping[str, Any]]] = {key: [] for key in targets}
    for action in (*plan["actions"], *plan.get("own_actions", ()), *(step for one in found for step in one["actions"])):
        steps[action["path"]].append(action)
    return [(target, steps[key]) for key, target in targets.items()]


def _gaps(declared: Mapping[str, Any], before: SweepRecord, after: SweepRecord) -> list[str]:
    """Why absence cannot be claimed everywhere."""
    read = {scope.split(":", 1)[0] for _, scope in after.coverage}
    told = [f"{cloud} is in the spec, but the last sweep did not read it" for cloud in sorted(declared["clouds"]) if cloud not in read]
    told += [
        f"{kind} in {scope} was read when the plan was made, but not in the last sweep"
        for kind, scope in sorted(before.coverage.keys() - after.coverage.keys())
    ]
    return told + [f"{one['kind']} in {one['scope']}: {one['read']}: {one['reason']}" for one in after.incomplete]


def _open(paths: list[dict[str, Any]], facts: Facts) -> list[str]:
    told = [] if facts.made else ["the ledger does not say that this plan was made"]
    told += [] if facts.after else ["no finished round of proof is in the ledger"]
    told += [f"{one['path']}: {one['verdict']}: {'; '.join(one['against'])}" for one in paths if one["verdict"] != PROVEN]
    told += [f"canary {name}: not shown to be dead" for name in facts.loose]
    return told + [reason for trial in facts.controls for reason in against_trial(trial, None)]


def _residuals(declared: Mapping[str, Any], plan: Mapping[str, Any], paths: list[dict[str, Any]], after: SweepRecord, facts: Facts) -> list[str]:
    """What a reader has to know that does not speak against the verdict."""
    told = []
    untried = sum(not one["canaries"] for one in paths)
    if untried:
        told.append(f"{untried} of {len(paths)} paths were proven by listing and probe only: no credential of that path was given to try")
    for party, text in (
        ("public", "open to anyone"),
        ("third-party", "held by third parties"),
        ("incoming", "held by the incoming provider"),
        ("deleted", "held by principals that no longer exist"),
    ):
        if count := len(after.of(party)):
            told.append(f"{count} path(s) {text} stay")
    agreed = {str(one.get("party", "")) for one in facts.approvals}
    told += [f"no approval by the {party} is in the ledger" for party in sorted(declared["approvals"]) if party not in agreed]
    if not plan["coverage_complete"]:
        told.append("when the plan was made, some listing could not be read whole; the last sweep decides")
    if not facts.returned:
        told.append("no return of data is in the ledger")
    if facts.documents is None:
        told.append("no transfer of documents is in the ledger")
    return told


def _environment(plan: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    clouds = sorted(plan["operator"])
    stands_in = {
        "aws": "AWS: an emulator (ministack), not AWS",
        "azure": "Azure and Entra: handoff's own stand-in, not Microsoft's",
        "gcp": "Google Cloud: handoff's own stand-in, not Google's",
    }
    return {
        "kind": "lab" if plan["lab"] else "cloud",
        "endpoints": plan["endpoints"],
        "scopes": facts.scopes,
        "shown_only_on_stand_ins": [stands_in.get(cloud, cloud) for cloud in clouds] if plan["lab"] else [],
    }


def _summary(digest: str, record: SweepRecord) -> dict[str, Any]:
    parties: dict[str, int] = {}
    for path in record.paths.values():
        parties[path["party"]] = parties.get(path["party"], 0) + 1
    return {"digest": digest, "paths": parties, "listings": len(record.coverage), "incomplete": record.incomplete}
