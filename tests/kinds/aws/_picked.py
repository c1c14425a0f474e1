"""Seeds whose paths are picked by what they show; and steps done once."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.model import AccessPath, Json, ScopeType, Verb, Verdict, Writer
from tests.kinds.aws._account import Account

CUT, KEPT = "222222222222", "333333333333"


def reader_of(kind: Any, account: Account) -> Writer:
    return account.writer if kind.scope_type is ScopeType.AWS_ACCOUNT else account.regional


def found(kind: Any, account: Account) -> list[AccessPath]:
    return list(kind.discover(reader_of(kind, account)))


def one(kind: Any, account: Account, shown: str) -> AccessPath:
    """The only path whose id or holder has this in it."""
    listed = found(kind, account)
    named = [path for path in listed if shown in f"{path.id} {path.holder}"]
    assert len(named) == 1, [f"{path.id} {path.holder}" for path in listed]
    return named[0]


def seeded(kind: Any, account: Account, path: str, bystander: str | None, *, denied: str, **more: object) -> SimpleNamespace:
    """A seed with nothing to try, unless `more` says so."""
    return SimpleNamespace(
        **{
            "scope": reader_of(kind, account).scope,
            "login": account.root,
            "path_id": one(kind, account, path).id,
            "bystander_id": one(kind, account, bystander).id if bystander else None,
            "tried": None,
            "bystander_tried": None,
            "denied": account.denied(denied),
            **more,
        }
    )


def cut(kind: Any, account: Account, path: AccessPath, verb: Verb = Verb.DISABLE) -> Json:
    """One step, and that it ended the path; the image from before it."""
    writer = reader_of(kind, account)
    before: Json | None = kind.image(writer, path)
    assert before is not None
    assert list(kind.do(writer, path, verb, before, datetime.now(UTC)))
    assert kind.probe(writer, path) in {Verdict.GONE, Verdict.DISABLED}
    return before


def undo(kind: Any, account: Account, path: AccessPath, before: Json) -> None:
    writer = reader_of(kind, account)
    assert list(kind.undo(writer, path, Verb.DISABLE, before))
    assert kind.image(writer, path) == before
    assert kind.probe(writer, path) is Verdict.ALIVE
