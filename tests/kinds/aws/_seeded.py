"""What the tests of hosts, keys and network links share."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.model import AccessPath, Json, Verb
from tests.kinds.aws._account import Account


def seeded(account: Account, path_id: str, bystander_id: str, *, denied: str, **more: object) -> SimpleNamespace:
    """A seed of a region; nothing to try unless `more` says so."""
    given = {"tried": None, "bystander_tried": None, **more}
    return SimpleNamespace(scope=account.region, login=account.root, path_id=path_id, bystander_id=bystander_id, denied=account.denied(denied), **given)


def paths(kind: Any, account: Account) -> dict[str, AccessPath]:
    return {path.id: path for path in kind.discover(account.regional)}


def path_of(kind: Any, account: Account, path_id: str) -> AccessPath:
    return paths(kind, account)[path_id]


def cut(kind: Any, account: Account, path: AccessPath, verb: Verb = Verb.DISABLE) -> Json:
    """One step; the image from before it."""
    before: Json | None = kind.image(account.regional, path)
    assert before is not None
    assert list(kind.do(account.regional, path, verb, before, datetime.now(UTC)))
    return before


def made(account: Account, op: str, *keys: str, **params: object) -> Any:
    """What a call made: the member of its answer that the keys lead to."""
    _, found = account.regional.write_for(op, **params)
    answer: Any = found
    for key in keys:
        answer = answer[key]
    return answer


def tags(resource_type: str, **pairs: str) -> list[Json]:
    return [{"ResourceType": resource_type, "Tags": [{"Key": key, "Value": value} for key, value in pairs.items()]}]
