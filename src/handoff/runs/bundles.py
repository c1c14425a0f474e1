"""The last step of an exit, which the client runs: the operator's own ways in, as a plan of their own.

The provider cannot end itself and prove it. So what feeds the operator is planned and approved with all the rest, and put into a folder that
the client applies as its own administrator, when everything else is done. It is journalled under the run that it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handoff.engine import own, planfile
from handoff.engine.standing import State
from handoff.errors import MachineError, PathsRemain, SafetyLimit, UsageError
from handoff.model import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.engine.plan import Plan
    from handoff.engine.standing import Standings
    from handoff.evidence.state import StateFolder


def bundle_plan(plan: Plan, digest: str) -> Plan:
    """The plan of the last step. Raises UsageError when nothing was left for it."""
    left = tuple(replace(target, own=False) for target in plan.targets if target.own)
    if not left:
        raise UsageError("this plan leaves nothing to a last step: none of its ways in feeds the operator", hint="`handoff prove` is next.")
    return replace(plan, targets=left, actions=plan.own_actions, own_actions=(), loops=(), cycles=(), dependencies=(), unwatched=(), bundle_of=digest)


def parent_of(plan: Plan, folder: StateFolder) -> Plan | None:
    """The plan whose last step this is; None for a plan of its own. Raises UsageError when its records are not here."""
    if not plan.bundle_of:
        return None
    try:
        parent = planfile.read(folder.read_artefact(folder.plan(plan.bundle_of)), name=plan.bundle_of)
    except MachineError as error:
        raise UsageError(
            f"this is the last step of plan {plan.bundle_of}, whose records are not in {folder.path}",
            hint="Take over the state folder of the engagement, or name it with HANDOFF_STATE: the last step goes into the same ledger.",
        ) from error
    if plan.document() != bundle_plan(parent, plan.bundle_of).document():
        raise SafetyLimit(f"this is not the last step of plan {plan.bundle_of}", hint="Make it anew with `handoff bundle`.")
    return parent


def check_may_run(parent: Plan, operator: Mapping[str, str], told: Standings) -> None:
    """Raises SafetyLimit when the identity that would be cut runs it itself, PathsRemain when other steps are still to be done first."""
    ends = own.recognise(parent.operator.values(), (target.path for target in parent.targets if target.own))
    itself = sorted(one for one in operator.values() if own.normal(one) in ends.principals)
    if itself:
        raise SafetyLimit(
            f"{', '.join(itself)} is what the last step cuts: it cannot end itself and prove it",
            hint="Nothing was changed. Run it as an administrator of the client's.",
        )
    last = {action.id for action in parent.own_actions}
    before = [job for job in told.jobs if job.action.id not in last and job.action.verb is not Verb.MANUAL and told.state(job) is not State.DONE]
    if before:
        raise PathsRemain(f"{len(before)} step(s) of the run are not done yet; the operator is still needed for them", hint="Finish `handoff apply` first.")
