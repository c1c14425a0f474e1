"""Seeded cases: a fresh one for whoever changes something, one for each kind for all who only look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from handoff.model import KindId
from tests.conformance._case import Case


@pytest.fixture
def seeded(lab: Any, lab_env: Mapping[str, str]) -> Callable[[KindId], Case]:
    return lambda kind_id: Case(kind_id, lab)


@pytest.fixture(scope="session")
def kept() -> dict[KindId, Case]:
    return {}


@pytest.fixture
def shared(lab: Any, lab_env: Mapping[str, str], kept: dict[KindId, Case]) -> Callable[[KindId], Case]:
    """For checks that leave it as it is."""

    def case(kind_id: KindId) -> Case:
        if kind_id not in kept:
            kept[kind_id] = Case(kind_id, lab)
        return kept[kind_id]

    return case
