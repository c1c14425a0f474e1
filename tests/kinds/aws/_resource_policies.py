"""What the tests of resource policies share: a resource with a policy that lets two in, and what happens to its last statement."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.model import AccessPath, ScopeType, Verb, Verdict, Writer
from tests.kinds.aws._account import Account, document

FOREIGN = ("arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root")


OWN_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySeed:
    """A resource whose policy lets in somebody to be cut and a bystander."""

    kind: Any
    make: Callable[[Account], str]
    """Makes the resource; its ARN, or whatever else `put` and `tried` go by."""
    put: Callable[[Account, str, str], object]
    """Gives it a policy."""
    action: str
    denied: str
    """IAM action without which the kind cannot be read."""
    resource: Callable[[str], object] | None = lambda made: made
    """The `Resource` of the statement; None = these policies have none."""
    tried: Callable[[str], tuple[str, dict[str, Any]]] | None = None
    """A call that nothing but the policy allows; None where the lab does not enforce the policy."""
    drops: tuple[str, ...] = ()
    """The operations that remove a whole policy."""
    abroad: bool = False
    """The two live in accounts of their own, where the lab looks at policies across accounts; else they are users of the resource's account who may do nothing."""

    def start(self, lab: Any) -> SimpleNamespace:
        client = Account()
        made = self.make(client)
        logins = self._logins(client) if self.tried else ()
        bad, good = [login.principal for login in logins] or FOREIGN
        own = self.statement(made, [client.role("own", OWN_TRUST), self._own_user(client)], "Own")
        self.put(client, made, document(self.statement(made, [bad, good]), own))
        ids = {path.holder: path.id for path in self.paths(client)}
        tries = [(client.region, login, *self.tried(made)) for login in logins] if self.tried else [None, None]
        return SimpleNamespace(
            scope=self.writer(client).scope,
            login=client.root,
            path_id=ids[bad],
            bystander_id=ids[good],
            tried=tries[0],
            bystander_tried=tries[1],
            denied=client.denied(self.denied),
            seldom=dict.fromkeys(self.drops, "the bystander keeps the policy; the last statement goes in a test of its own"),
        )

    def statement(self, made: str, principals: object, sid: str = "Share", **more: Any) -> dict[str, Any]:
        where = {"Resource": self.resource(made)} if self.resource else {}
        named = principals if isinstance(principals, str | dict) else {"AWS": principals}
        return {"Sid": sid, "Effect": "Allow", "Principal": named, "Action": self.action, **where, **more}

    def writer(self, account: Account) -> Writer:
        return account.writer if self.kind.scope_type is ScopeType.AWS_ACCOUNT else account.regional

    def paths(self, account: Account) -> list[AccessPath]:
        return list(self.kind.discover(self.writer(account)))

    def policy(self, account: Account) -> Any:
        """The document as it is now; None when there is none. Only for accounts with one resource."""
        (held,) = self.kind.holders(self.writer(account))
        found = self.kind.read_policy(self.writer(account), held)
        return json.loads(found) if isinstance(found, str) and found else found

    def cut(self, account: Account, path: AccessPath) -> Any:
        before = self.kind.image(self.writer(account), path)
        assert list(self.kind.do(self.writer(account), path, Verb.DISABLE, before, datetime.now(UTC)))
        assert self.kind.probe(self.writer(account), path) is Verdict.GONE
        return before

    def cut_the_last(self) -> Any:
        """Cuts the only statement of a policy and puts it back, which must give the very same document; gives what was there in between."""
        account = Account()
        made = self.make(account)
        self.put(account, made, document(self.statement(made, {"AWS": FOREIGN[0]})))
        whole = self.policy(account)
        (path,) = self.paths(account)
        before = self.cut(account, path)
        between = self.policy(account)
        list(self.kind.undo(self.writer(account), path, Verb.DISABLE, before))
        assert self.policy(account) == whole
        return between

    def _own_user(self, client: Account) -> str:
        """Somebody of the account's own beside the two: principals of the account are looked up by their tags."""
        client.writer.write("iam:CreateUser", UserName="own")
        return f"arn:aws:iam::{client.id}:user/own"

    def _logins(self, client: Account) -> tuple[Any, Any]:
        if self.abroad:
            return Account().user("nimbus"), Account().user("partner")
        return client.user("nimbus", may=[]), client.user("partner", may=[])
