"""Makes a plan out of a fresh sweep, and refuses what would be unsafe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.engine import plan as engine
from handoff.engine.plan import Plan
from handoff.model import Party
from handoff.runs.discovering import Sweep, Watch, discover, kinds_of
from handoff.runs.estate import Connections, Estate, administrators, operator, utc_now

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder


def make_plan(work: Estate, folder: StateFolder, ledger: Ledger, *, max_changes: int | None = None, watch: Watch | None = None) -> tuple[Plan, Sweep, str]:
    """The plan, the sweep it stands on, and the plan's digest. Raises UnknownHolder, LockOut, TooManyChanges, CredentialsRefused."""
    own = operator(work)
    seen = discover(work, folder, ledger, watch=watch)
    kinds, connect = kinds_of(work), Connections(work)
    # Whose is it comes before what would it do: an unknown holder is refused before any image is read.
    targets = engine.targets(seen.found, frozenset(own.values()), lambda path: kinds[path.kind].image(connect(path.scope), path))
    steps = engine.actions(targets, kinds, lambda kind: work.lags.settle(kind).total_seconds())
    held = administrators(work, own)
    engine.refuse_if_unsafe(targets, steps, held, engine.admin_scopes(work.scopes), max_changes=max_changes)
    plan = Plan(
        engagement=work.spec.metadata.name,
        spec=work.spec_digest(),
        spec_file=str(work.loaded.path),
        sweep=seen.digest,
        made_at=utc_now(),
        operator=dict(own),
        endpoints=work.endpoints,
        lab=work.lags.is_lab,
        soak_s=work.lags.soak(work.spec.exit.soak).total_seconds(),
        coverage_complete=not seen.incomplete,
        administrators=held,
        targets=targets,
        actions=steps,
        kept={party.value: len(seen.of(party)) for party in Party if party is not Party.PROVIDER},
    )
    name = folder.write_plan(plan.document())
    body = {"plan": f"sha256:{name}", "sweep": seen.digest, "targets": len(targets), "actions": len(steps), "coverage_complete": plan.coverage_complete}
    ledger.append("plan.made", body, run=run_of(f"sha256:{name}"))
    return plan, seen, f"sha256:{name}"


def run_of(digest: str) -> str:
    """The id of the run that executes a plan: one plan, one run, so that a second apply resumes instead of starting over."""
    return "run-" + digest.removeprefix("sha256:")[:12]
