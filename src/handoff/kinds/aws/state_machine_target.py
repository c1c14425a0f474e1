"""State machines that call something in another account."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from handoff import fan
from handoff.errors import CloudError
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

# An ARN inside a longer text (a queue's address is not one).
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{12}:[^\s\"'<>${}]+")
_QUEUE = re.compile(r"https://sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(\d{12})/")


class StateMachineTarget(Item):
    """One account that one state machine's definition leads to: what the states hand over goes there, at each run."""

    id = KindId("aws.state_machine_target")
    title = "Step Functions state machine that calls another account"
    row = "A32"
    source = "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    # Runs that are under way go on with the definition that they began with, for up to a year.
    lag = Lag(
        settle_s=60,
        survives_s=365 * 86400,
        source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html (read 2026-11-22)",
    )
    reads = frozenset({"stepfunctions:DescribeStateMachine", "stepfunctions:ListStateMachines"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"states:CreateStateMachine", "states:UpdateStateMachine"})
    creates = frozenset({"aws:sfn/stateMachine:StateMachine"})
    blind = "ARNs that a run gets as input; code of functions that the states call; older versions that an alias still runs; runs that are under way."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every other account in every definition."""
        arns = (str(one["stateMachineArn"]) for one in reader.read("stepfunctions:ListStateMachines"))
        for machine in fan.each(lambda arn: reader.get("stepfunctions:DescribeStateMachine", stateMachineArn=arn), arns):
            if machine is None:
                continue
            for account, targets in _targets(machine, reader.scope.id).items():
                arn = str(machine["stateMachineArn"])
                yield AccessPath(
                    kind=self.id,
                    # A state machine that is made anew under its name has the same ARN.
                    id=f"{arn}#{machine.get('creationDate', '')}#{account}",
                    scope=reader.scope,
                    holder=account,
                    allows=f"get what state machine {machine['name']} hands to {', '.join(targets)}",
                    clues=((Clue.AWS_ACCOUNT, account),),
                    detail={"machine": arn, "name": machine["name"], "account": account},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What of that account's the definition names."""
        machine = reader.get("stepfunctions:DescribeStateMachine", stateMachineArn=path.detail["machine"])
        targets = _targets(machine, path.scope.id).get(str(path.detail["account"])) if machine else None
        return {"targets": targets} if targets else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Only whoever knows the process can say what takes the state's place."""
        return (
            f"the client takes the states that lead to account {path.detail['account']} out of state machine {path.detail['name']}, or has them call its own, and ends "
            f"the runs that began before; the definition then names that account no more"
        )


def _targets(machine: Json, account: str) -> dict[str, list[str]]:
    try:
        definition = json.loads(str(machine["definition"]))
    except ValueError as error:
        raise CloudError(f"{machine['stateMachineArn']}: the definition is not JSON: {error}") from error
    found: dict[str, set[str]] = {}
    for text in _texts(definition):
        for arn in _ARN.findall(text):
            found.setdefault(_ends.account_of(arn), set()).add(arn)
        for queue in _QUEUE.finditer(text):
            found.setdefault(queue[1], set()).add(queue[0] + text[queue.end() :].split("/")[0])
    return {owner: sorted(targets) for owner, targets in sorted(found.items()) if owner not in {"", account}}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


KIND: Kind = StateMachineTarget()
