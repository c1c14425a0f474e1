"""The verdict on one path, decided again from what the ledger, the plan and the sweeps hold.

The word `proven` in a proof entry is not believed: every fact behind it has to be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff import canonical

if TYPE_CHECKING:
    from handoff.evidence.facts import Facts, SweepRecord

PROVEN = "proven"


def path_key(path: Mapping[str, Any]) -> str:
    """The key of a path as a plan writes it down; the same as `AccessPath.key`."""
    return f"{path['kind']}|{scope_name(path['scope'])}|{path['id']}"


def scope_name(scope: Mapping[str, Any]) -> str:
    """The scope as `str(Scope)` gives it."""
    region = f":{scope['region']}" if scope["region"] else ""
    return f"{scope['type'].split('.', 1)[0]}:{scope['id']}{region}"


def judge(target: Mapping[str, Any], actions: list[Mapping[str, Any]], facts: Facts, after: SweepRecord) -> dict[str, Any]:
    """Everything that can be said of one path of the plan, its verdict and what stands against it."""
    path = target["path"]
    key = path_key(path)
    proof = facts.proofs.get(key)
    cut_at = _cut_at(actions, facts)
    lag_s = max((float(action["settle_s"]) for action in actions), default=0.0)
    against = list(_against(target, actions, facts, cut_at, after)) + (["it was not probed"] if proof is None else list(_against_proof(proof, cut_at, lag_s)))
    return {
        "path": key,
        "kind": path["kind"],
        "id": path["id"],
        "scope": scope_name(path["scope"]),
        "holder": path["holder"],
        "party": target["party"],
        "why": target["why"],
        "allows": path["allows"],
        "actions": [_action(action, facts) for action in actions],
        "cut_at": None if cut_at is None else canonical.rfc3339(cut_at),
        "lag_s": lag_s,
        "not_before": None if cut_at is None else canonical.rfc3339(cut_at + timedelta(seconds=lag_s)),
        "probed_at": proof["gathered_at"] if proof else None,
        "probe": proof["probe"] if proof else "none",
        "canaries": list(proof["trials"]) if proof else [],
        "verdict": PROVEN if not against else _worst(proof),
        "against": against,
    }


def _cut_at(actions: list[Mapping[str, Any]], facts: Facts) -> datetime | None:
    steps = [facts.steps.get(action["id"]) for action in actions]
    done = [step.done_at for step in steps if step is not None and step.holds and step.done_at is not None]
    return max(done) if done and len(done) == len(actions) else None


def _action(action: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    step = facts.steps.get(action["id"])
    head = {"id": action["id"], "verb": action["verb"], "effect": action["effect"], "reversible": action["reversible"]}
    if step is None:
        return head | {"state": "not begun"}
    state = "undone" if step.undone else "done" if step.done_at else "begun"
    times = {"intended_at": step.intended_at, "done_at": step.done_at}
    return head | {
        "state": state,
        **{name: None if at is None else canonical.rfc3339(at) for name, at in times.items()},
        "resumed": step.resumed,
        "already_gone": step.already_gone,
        "requests": [{"op": one["op"], "request_id": one["request_id"], "applied": one["applied"]} for one in step.receipts],
    }


def _holds(action: Mapping[str, Any], facts: Facts) -> bool:
    step = facts.steps.get(action["id"])
    return step is not None and step.holds


def _against(target: Mapping[str, Any], actions: list[Mapping[str, Any]], facts: Facts, cut_at: datetime | None, after: SweepRecord) -> Iterator[str]:
    path = target["path"]
    if target["own"] and cut_at is None:
        yield "the operator's own way in: left to the client's last step"
    if cut_at is None:
        yield "its actions are not all done"
    yield from (f"a person has to do it: {one['effect']}" for one in actions if one["verb"] == "manual" and not _holds(one, facts))
    if path_key(path) in after.paths:
        yield "the last sweep still shows it"
    coverage = after.coverage.get((path["kind"], scope_name(path["scope"])))
    if coverage is None or coverage["read"] != "complete":
        yield f"its listing is {'missing' if coverage is None else coverage['read']} in the last sweep"


def _against_proof(proof: Mapping[str, Any], cut_at: datetime | None, lag_s: float) -> Iterator[str]:
    if proof["still_listed"]:
        yield "a fresh listing still showed it"
    if proof["probe"] != "gone":
        yield f"the probe said {proof['probe']}"
    if cut_at is not None and datetime.fromisoformat(proof["gathered_at"]) < cut_at + timedelta(seconds=lag_s):
        yield "it was probed before its lag had passed"
    if proof["proof"] != PROVEN:
        yield f"it was recorded as {proof['proof']}"
    for trial in proof["trials"]:
        yield from against_trial(trial, cut_at)


def against_trial(trial: Mapping[str, Any], cut_at: datetime | None) -> Iterator[str]:
    """Why one canary does not show that its credential is dead."""
    name, tried, control = trial["canary"], trial["tried"], trial["control"]
    if tried["outcome"] != "refused":
        yield f"canary {name}: {'it still works' if tried['outcome'] == 'worked' else 'no clear answer'} ({tried['code']})"
    elif control is None or control["outcome"] != "worked":
        yield f"canary {name}: refused, but no credential of the client's worked beside it"
    if cut_at is not None and not datetime.fromisoformat(trial["worked_at"]) < cut_at <= datetime.fromisoformat(tried["at"]):
        yield f"canary {name}: not seen to work before the cut and tried after it"


def _worst(proof: Mapping[str, Any] | None) -> str:
    if proof is None:
        return "unknown"
    if proof["probe"] == "alive" or any(trial["tried"]["outcome"] == "worked" for trial in proof["trials"]):
        return "alive"
    return "disabled" if proof["probe"] == "disabled" else "unknown"
