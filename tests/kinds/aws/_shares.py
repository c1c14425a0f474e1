"""What the tests of shares have in common: a resource that two may use, and what happens when one is taken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.model import AccessPath, Verb, Verdict
from tests.kinds.aws._account import Account

CUT, KEPT = "222222222222", "333333333333"
OWN_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSeed:
    """A resource of the client's that is shared with somebody to be cut and with a bystander."""

    kind: Any
    make: Callable[[Account], str]
    """Makes the resource; whatever `add` goes by."""
    add: Callable[[Account, str, str], object]
    """Shares it with somebody."""
    denied: str
    """IAM action without which the kind cannot be read."""
    roles: bool = False
    """Roles may be named too: then one of the account's own is, whose tags are asked for."""

    def start(self, lab: Any) -> SimpleNamespace:
        client = Account()
        made = self.make(client)
        own = (client.role("own", OWN_TRUST),) if self.roles else ()
        for member in (CUT, KEPT, *own):
            self.add(client, made, member)
        found = self.paths(client)
        return SimpleNamespace(
            scope=client.region,
            login=client.root,
            path_id=found[CUT].id,
            bystander_id=found[KEPT].id,
            tried=None,
            bystander_tried=None,
            denied=client.denied(self.denied),
        )

    def paths(self, account: Account) -> dict[str, AccessPath]:
        """By holder."""
        return {path.holder: path for path in self.kind.discover(account.regional)}

    def cut(self, account: Account, path: AccessPath) -> Any:
        before = self.kind.image(account.regional, path)
        assert list(self.kind.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
        assert self.kind.probe(account.regional, path) is Verdict.GONE
        return before

    def shared(self, *members: str) -> tuple[Account, dict[str, AccessPath]]:
        """An account with one resource that these may use."""
        account = Account()
        made = self.make(account)
        for member in members:
            self.add(account, made, member)
        return account, self.paths(account)
