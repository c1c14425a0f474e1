from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from handoff.errors import CloudError
from handoff.model import Json, Scope, ScopeType
from handoff.wrap.cache import Cached, Store


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


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as made:
        yield made


def test_one_call_for_many_readers(store: Store) -> None:
    below = Counting()
    cached = Cached(below, store)
    seen: list[list[Json]] = []
    threads = [threading.Thread(target=lambda: seen.append(list(cached.read("iam:ListUsers")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert below.calls == 1
    assert seen == [[{"name": "first"}, {"name": "second"}]] * 8


def test_other_parameters_are_another_call(store: Store) -> None:
    below = Counting()
    cached = Cached(below, store)
    assert cached.get("iam:GetUser", name="a") == {"name": "a"}
    assert cached.get("iam:GetUser", name="b") == {"name": "b"}
    assert cached.get("iam:GetUser", name="a") == {"name": "a"}
    assert below.calls == 2


def test_none_is_an_answer_and_kept(store: Store) -> None:
    below = Counting()
    cached = Cached(below, store)
    assert cached.get("iam:GetUser", name="nobody") is None
    assert cached.get("iam:GetUser", name="nobody") is None
    assert below.calls == 1


def test_a_listing_that_failed_is_asked_again_and_never_shown_short(store: Store) -> None:
    below = Counting()
    below.fails = True
    cached = Cached(below, store)
    for _ in range(2):
        with pytest.raises(CloudError):
            list(cached.read("iam:ListUsers"))
    assert below.calls == 2
    below.fails = False
    assert len(list(cached.read("iam:ListUsers"))) == 2


def test_a_long_listing_comes_whole_and_in_order(store: Store) -> None:
    class Long(Counting):
        def read(self, op: str, /, **params: object) -> Iterator[Json]:
            self.calls += 1
            yield from ({"number": number, "nothing": None, "text": "\u00e4\n"} for number in range(1000))

    below = Long()
    cached = Cached(below, store)
    half = cached.read("iam:ListUsers")
    assert next(half)["number"] == 0
    assert list(cached.read("iam:ListUsers")) == [{"number": number, "nothing": None, "text": "\u00e4\n"} for number in range(1000)]
    assert [one["number"] for one in half] == list(range(1, 1000))
    assert below.calls == 1


def test_what_one_kind_alone_asks_streams_through(store: Store) -> None:
    below = Counting()
    cached = Cached(below, store, shared=lambda op: op == "iam:ListUsers")
    for _ in range(2):
        assert len(list(cached.read("iam:ListRoles"))) == 2
        assert cached.get("iam:GetRole", name="a") == {"name": "a"}
    assert below.calls == 4
    below.fails = True
    going = cached.read("iam:ListRoles")
    assert next(going) == {"name": "first"}, "nothing is held back until the last page"


def test_two_scopes_do_not_answer_for_each_other(store: Store) -> None:
    class Elsewhere(Counting):
        scope = Scope(type=ScopeType.AWS_ACCOUNT, id="222222222222")

    here, there = Counting(), Elsewhere()
    one, two = Cached(here, store), Cached(there, store)
    assert one.get("iam:GetUser", name="a") == two.get("iam:GetUser", name="a")
    assert (here.calls, there.calls) == (1, 1)


def test_what_is_the_same_in_every_region_is_asked_at_home(store: Store) -> None:
    class Region(Counting):
        scope = Scope(type=ScopeType.AWS_REGION, id="111111111111", region="eu-west-1")

    account, region = Counting(), Region()
    home = Cached(account, store)
    away = Cached(region, store, home=lambda op: home if op.startswith("iam:") else None)
    assert list(away.read("iam:ListUsers")) == list(home.read("iam:ListUsers"))
    assert away.get("kms:DescribeKey", name="k") == {"name": "k"}
    assert (account.calls, region.calls) == (1, 1)
