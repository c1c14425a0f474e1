"""The policy evaluator beside ministack's, more than the tests run, and its speed. Needs a lab: eval "$(handoff lab env)" first."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import _measure as measure

sys.path.insert(0, str(measure.ROOT))

from handoff.iam.document import parse
from handoff.iam.escalate import Grants, means
from handoff.iam.evaluate import Policies, Request, evaluate
from handoff.iam.holders import holders
from handoff.iam.match import Caller
from tests.iam import _oracle
from tests.iam._generated import ACTIONS, RESOURCES, Generator
from tests.kinds.aws._account import Account

OWN = "111111111111"
USER = f"arn:aws:iam::{OWN}:user/ops"


def per_second(work: Callable[[], int]) -> int:
    began = time.perf_counter()
    done = work()
    return round(done / (time.perf_counter() - began))


def speeds() -> dict[str, int]:
    draw = Generator(1, account=OWN, user=USER)
    identity = [(parse(draw.document(), where="drawn"), parse(draw.document(), where="drawn")) for _ in range(300)]
    shared = [parse(draw.document(principals=("*", {"AWS": OWN}, {"AWS": USER})), where="drawn") for _ in range(300)]

    def decide() -> int:
        for documents, resource in zip(identity, shared, strict=True):
            for action in ACTIONS:
                for arn in RESOURCES:
                    evaluate(Request(caller=Caller(arn=USER), action=action, resource=arn), Policies(identity=documents, resource=resource))
        return len(identity) * len(ACTIONS) * len(RESOURCES)

    return {
        "decisions per second": per_second(decide),
        "documents' holders per second": per_second(lambda: len([holders(one) for one in shared])),
        "principals' means per second": per_second(lambda: len([means(Grants(one)) for one in identity])),
    }


if __name__ == "__main__":
    if "HANDOFF_LAGS" not in os.environ:
        sys.exit('No lab here. Run `handoff lab up` and eval "$(handoff lab env)" first.')
    tallies = {"simulated": _oracle.simulated(Account(), seed=1, documents=2000), "enforced": _oracle.enforced(Account(), Account(), seed=1, rounds=900)}
    print(json.dumps({"oracle": {name: tally.facts() for name, tally in tallies.items()}, "speed": speeds()}, indent=2))
    sys.exit(any(tally.wrong for tally in tallies.values()))
