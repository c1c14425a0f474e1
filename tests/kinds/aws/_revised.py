"""Resource policies that their service numbers: the number changes with each write, and is no part of what is compared."""

from __future__ import annotations

import json
from typing import Any

from handoff.kinds.aws import _policy, _revision
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


class RevisedSeed(PolicySeed):
    """As its base; `outdated` sets up a write at an outdated number, which the service has to refuse."""

    __slots__ = ()

    def policy(self, account: Account) -> Any:
        (held,) = self.kind.holders(self.writer(account))
        found = self.kind.read_policy(self.writer(account), held)
        return None if found is None else json.loads(_revision.split(_policy.text(found))[0])

    def outdated(self, account: Account, change: str) -> tuple[Any, str]:
        """What a kind's own read gave before somebody else put `change`, ready to be written: the resource and the document."""
        (held,) = self.kind.holders(self.writer(account))
        found = self.kind.read_policy(self.writer(account), held)
        self.put(account, held.id, change)
        return held, _policy.text(found)
