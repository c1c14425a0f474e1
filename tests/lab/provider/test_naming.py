from __future__ import annotations

import re

from handoff.lab.provider.naming import automatic
from handoff.lab.provider.record import Naming


def test_logical_name_and_digits() -> None:
    assert re.fullmatch(r"Data-[0-9a-f]{7}", automatic("Data", Naming()))
    assert automatic("Data", Naming()) != automatic("Data", Naming())


def test_the_engines_seed_makes_it_repeatable() -> None:
    assert automatic("data", Naming(), b"seed") == automatic("data", Naming(), b"seed")
    assert automatic("data", Naming(), b"seed") != automatic("data", Naming(), b"other")


def test_vendors_rules() -> None:
    assert re.fullmatch(r"mydata1[0-9a-f]{8}", automatic("My-Data_1", Naming(separator="", digits=8, lower=True)))
    assert re.fullmatch(r"my-data-[0-9a-f]{7}", automatic("My-Data", Naming(lower=True)))
    assert automatic("key.txt", Naming(separator="", digits=0)) == "key.txt"
    assert len(automatic("x" * 100, Naming(max_length=24))) == 24
