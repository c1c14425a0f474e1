"""The last step of an exit, which the client runs: the operator's own ways in, as a plan of their own.

The provider cannot end itself and prove it. So what feeds the operator is planned and approved with all the rest, and put into a folder that
the client applies as its own administrator, when everything else is done. It is journalled under the run that it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handoff import canonical, registry
from handoff.engine import own, planfile
from handoff.engine.standing import State
from handoff.errors import MachineError, PathsRemain, SafetyLimit, UsageError
from handoff.evidence.state import write_artefact
from handoff.model import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handoff.engine.plan import Plan
    from handoff.engine.standing import Standings
    from handoff.evidence.state import StateFolder
    from handoff.model import Json


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


def write(plan: Plan, digest: str, out: Path) -> tuple[Path, str]:
    """Write the folder that the client runs; the plan in it and its digest. Raises UsageError, MachineError."""
    made = bundle_plan(plan, digest)
    document = made.document()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MachineError(f"{out} is there already", hint="A bundle is not written over. Name another folder.")
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{out}: cannot be made: {error.strerror}") from error
    approved = f"sha256:{canonical.sha256(document)}"
    clouds = sorted({target.path.scope.cloud for target in made.targets})
    policies = {f"{cloud}-policy-{number}.json": body for cloud in clouds for number, body in enumerate(_policies(made, cloud), start=1)}
    write_artefact(out / "plan.json", document)
    for name, body in policies.items():
        write_artefact(out / name, canonical.pretty(body))
    write_artefact(out / "README.md", _readme(made, approved, sorted(policies)).encode("utf-8", "backslashreplace"))
    return out / "plan.json", approved


def _policies(made: Plan, cloud: str) -> tuple[Json, ...]:
    """What the three commands need: everything that a sweep reads, and the writes of the kinds that are cut."""
    if cloud != "aws":
        return ()
    from handoff.clouds import _aws_permissions
    from handoff.runs.permissions import Role, operations

    kinds = registry.kinds(cloud)
    writes = {op for target in made.targets for op in kinds[target.path.kind].writes}
    return _aws_permissions.documents(_aws_permissions.actions(operations(cloud, Role.AUDITOR) | writes), sid="HandoffLastStep")


def _readme(made: Plan, digest: str, policies: list[str]) -> str:
    steps = [f"| {one.id} | {one.verb.value} | {_cell(one.path)} | {_cell(one.effect)} |" for one in made.actions]
    held = sorted(f"{cloud}: `{principal}`" for cloud, principal in made.operator.items())
    return "\n".join(
        [
            f"# The last step of the exit {made.engagement}",
            "",
            "Everything else is cut. What is left is what the operator itself came in by:",
            "",
            *(f"- {one}" for one in held),
            "",
            "You, the client, end it, as an administrator of your own. Nothing here runs by itself. You need the program `handoff`, the spec of the engagement,",
            "and the state folder of the exit (`HANDOFF_STATE`), because your steps go into the same ledger as all the others.",
            "",
            f"Compare the digest below with the one that you were told over another channel: `{digest}`",
            "",
            "```sh",
            f"handoff apply plan.json --digest {digest} --spec SPEC",
            "handoff prove SPEC --canaries CANARIES",
            "handoff certify SPEC --out evidence",
            "```",
            "",
            "1. `apply` signs in as you, checks that your administrators work, refuses if anything has changed, and takes the steps below. What can be undone comes",
            f"   first; then it waits {made.soak_s:.0f} s in all (the soak) before what cannot. Run the same command again after a pause or a crash.",
            "   Until the soak is over, `handoff rollback RUN` puts everything back.",
            "2. `prove` changes nothing. It tries whether each way in, these included, is dead.",
            "3. `certify` changes nothing in the cloud. It writes the certificate, which says `exit proven` only when these ways in are proven too.",
            "",
            "| step | what | path | effect |",
            "|---|---|---|---|",
            *steps,
            "",
            "The permissions that these commands need, and no more: " + (", ".join(f"`{one}`" for one in policies) or "see docs/credentials.md") + ".",
            "",
        ]
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
