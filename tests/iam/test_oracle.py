"""Thousands of generated policies decided by us and by ministack; every disagreement is one that AWS's pages decide for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.iam import _oracle
from tests.kinds.aws._account import Account


@pytest.mark.slow
def test_the_simulator_says_the_same(lab_env: Mapping[str, str], record_property: Callable[[str, object], None]) -> None:
    tally = _oracle.simulated(Account(), seed=5, documents=450)
    record_property("oracle.simulated", tally.facts())
    print(f"oracle, simulated: {dict(tally.facts())}")
    assert not tally.wrong, list(_oracle.shown(tally))
    assert tally.compared >= 5000
    assert set(tally.agreed) == {"allowed", "explicitDeny", "implicitDeny"}, "each answer was reached, and by both"
    assert min(tally.agreed.values()) > 500
    assert set(tally.departed) == {one.what for one in _oracle.OF_IDENTITIES}, "no exception without a case"


@pytest.mark.slow
def test_real_calls_are_let_through_and_refused_the_same(lab_env: Mapping[str, str], record_property: Callable[[str, object], None]) -> None:
    tally = _oracle.enforced(Account(), Account(), seed=50_000, rounds=240)
    record_property("oracle.enforced", tally.facts())
    print(f"oracle, enforced: {dict(tally.facts())}")
    assert not tally.wrong, list(_oracle.shown(tally))
    assert tally.compared >= 700
    assert min(tally.agreed["worked"], tally.agreed["refused"]) > 50
    assert {one.what for one in _oracle.DEPARTURES[3:]} <= set(tally.departed), "no exception without a case"
