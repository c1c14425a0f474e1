"""Makes a plan out of a fresh sweep, and refuses what would be unsafe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from handoff.engine import order, own, uses
from handoff.engine import plan as engine
from handoff.engine.loops import loops
from handoff.engine.plan import Plan
from handoff.model import Party
from handoff.runs import aftermath, watching
from handoff.runs.discovering import Sweep, Watch, discover, kinds_of
from handoff.runs.estate import Estate, administrators, operator, utc_now
from handoff.runs.imaging import Imaging

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder
    from handoff.model import Kind


def make_plan(work: Estate, folder: StateFolder, ledger: Ledger, *, max_changes: int | None = None, watch: Watch | None = None) -> tuple[Plan, Sweep, str]:
    """The plan, the sweep it stands on, and the plan's digest. Raises UnknownHolder, LockOut, TooManyChanges, CredentialsRefused."""
    me = operator(work)
    seen = discover(work, folder, ledger, watch=watch)
    kinds = kinds_of(work)

    def settle_s(kind: Kind) -> float:
        return work.lags.settle(kind).total_seconds()

    # Whose is it comes before what would it do: an unknown holder is refused before any image is read.
    engine.refuse_unknown(seen.of(Party.UNKNOWN))
    theirs = seen.of(Party.PROVIDER)
    held = administrators(work, me)
    with Imaging(work, kinds) as image_of:
        targets = engine.targets(theirs, own.recognise(me.values(), (one.path for one in theirs)), image_of)
        ordered = order.arrange((target for target in targets if not target.own), kinds)
        last = order.arrange((target for target in targets if target.own), kinds)
        steps, own_steps = order.actions(ordered.targets, kinds, settle_s), order.actions(last.targets, kinds, settle_s, prefix="o")
        engine.refuse_if_unsafe(targets, steps, held, engine.admin_scopes(work.scopes), max_changes=max_changes)
        by_key = {target.path.key: target for target in targets}
        notes = aftermath.check(work, kinds, image_of, held, [(step, by_key[step.path]) for step in (*steps, *own_steps)])
        watched = watching.watch(work, kinds, targets, seen.dependencies, image_of)
    uses.refuse(watched.in_use)
    plan = Plan(
        engagement=work.spec.metadata.name,
        spec=work.spec_digest(),
        spec_file=str(work.loaded.path),
        sweep=seen.digest,
        made_at=utc_now(),
        operator=dict(me),
        endpoints=work.endpoints,
        lab=work.lags.is_lab,
        soak_s=work.lags.soak(work.spec.exit.soak).total_seconds(),
        coverage_complete=not seen.incomplete,
        coverage=engine.whole(seen.coverages),
        administrators=held,
        targets=targets,
        actions=steps,
        own_actions=own_steps,
        loops=loops(targets, kinds, settle_s),
        cycles=(*ordered.cycles, *last.cycles),
        dependencies=watched.leans,
        unwatched=(*notes, *watched.unknown),
        kept={party.value: seen.counts[party] for party in Party if party is not Party.PROVIDER},
    )
    digest = keep(plan, folder, ledger)
    return plan, seen, digest


def beside(plan: Plan) -> Iterator[Mapping[str, object]]:
    """What a plan holds besides its actions, as JSON lines."""
    for action in plan.own_actions:
        yield {"type": "own_action", "schema_version": 1, "id": action.id, "path": action.path, "verb": action.verb, "effect": action.effect}
    for loop in plan.loops:
        yield {"type": "loop", "schema_version": 1, "kind": loop.kind, "scope": str(loop.scope), "quiet_rounds": loop.quiet_rounds}
    for one in plan.dependencies:
        leans = one.dependency
        yield {"type": "dependency", "schema_version": 1, "id": one.id, "path": leans.key, "owner": leans.owner, "needs": leans.needs, "used": one.line}
    for text in remarks(plan):
        yield {"type": "remark", "schema_version": 1, "text": text}


def remarks(plan: Plan) -> Iterator[str]:
    """What whoever approves a plan has to know besides, in one line each."""
    for loop in plan.loops:
        yield f"Looked at again after the cut, and cut again, until {loop.quiet_rounds} rounds are quiet: {loop.kind} in {loop.scope}."
    for text in plan.cycles:
        yield f"No order without a gap: {text}."
    for text in plan.unwatched:
        yield f"Use not known: {text}."
    if count := plan.kept.get(Party.PUBLIC.value, 0):
        yield f"{count} path(s) are open to anyone, so to the provider too. They stay, for a public thing may be meant to be public; a decision in exit.decisions (party: provider) has them cut."


def keep(plan: Plan, folder: StateFolder, ledger: Ledger) -> str:
    """Keep a plan beside the ledger and its digest in it."""
    digest = f"sha256:{folder.write_plan(plan.document())}"
    said = {"plan": digest, "sweep": plan.sweep, "targets": len(plan.targets), "actions": len(plan.actions), "coverage_complete": plan.coverage_complete}
    ledger.append("plan.made", said, run=run_of(digest))
    return digest


def run_of(digest: str) -> str:
    """The id of the run that executes a plan: one plan, one run, so that a second apply resumes instead of starting over."""
    return "run-" + digest.removeprefix("sha256:")[:12]
