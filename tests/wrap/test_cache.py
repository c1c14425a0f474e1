from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from handoff.errors import CloudError
from handoff.model import Json, Scope, ScopeType
from handoff.wrap.cache import Cached


class Counting:
    """Counts calls; fails half-way through a listing as long as it is told to."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def __init__(self) -> None:
        self.calls = 0
        self.fails = False

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        self.calls += 1
        time.sleep(0.02)
        yield {"name": "first"}
        if self.fails:
            raise CloudError("the second page failed")
        yield {"name": "second"}

    def get(self, op: str, /, **params: object) -> Json | None:
        self.calls += 1
        return None if params.get("name") == "nobody" else {"name": params.get("name")}


def test_one_call_for_many_readers() -> None:
    below = Counting()
    cached = Cached(below)
    seen: list[list[Json]] = []
    threads = [threading.Thread(target=lambda: seen.append(list(cached.read("iam:ListUsers")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert below.calls == 1
    assert seen == [[{"name": "first"}, {"name": "second"}]] * 8


def test_other_parameters_are_another_call() -> None:
    below = Counting()
    cached = Cached(below)
    assert cached.get("iam:GetUser", name="a") == {"name": "a"}
    assert cached.get("iam:GetUser", name="b") == {"name": "b"}
    assert cached.get("iam:GetUser", name="a") == {"name": "a"}
    assert below.calls == 2


def test_none_is_an_answer_and_kept() -> None:
    below = Counting()
    cached = Cached(below)
    assert cached.get("iam:GetUser", name="nobody") is None
    assert cached.get("iam:GetUser", name="nobody") is None
    assert below.calls == 1


def test_a_listing_that_failed_is_asked_again_and_never_shown_short() -> None:
    below = Counting()
    below.fails = True
    cached = Cached(below)
    for _ in range(2):
        with pytest.raises(CloudError):
            list(cached.read("iam:ListUsers"))
    assert below.calls == 2
    below.fails = False
    assert len(list(cached.read("iam:ListUsers"))) == 2
