"""Every row of the access-path catalogue of AWS has its kinds, and the reference page shows them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff import registry
from handoff.powers import Fencing

KINDS = Path(__file__).parents[2] / "docs" / "reference" / "kinds.md"


@pytest.mark.parametrize("row", [f"A{number}" for number in range(1, 37)])
def test_the_row_has_its_kind(row: str) -> None:
    own = [kind for kind in registry.kinds("aws").values() if kind.row == row]
    assert own
    page = KINDS.read_text(encoding="utf-8")
    for kind in own:
        assert f"### {kind.id}\n" in page
        assert kind.blind in page
        assert all(f"`{op}`" in page for op in kind.reads | kind.writes)


def test_what_is_fenced_is_named_for_every_kind_that_an_api_can_open() -> None:
    silent = sorted(kind.id for kind in registry.kinds("aws").values() if isinstance(kind, Fencing) and not kind.fences)
    assert all(registry.kinds("aws")[name].blind for name in silent)
    assert len(silent) < 20, silent


def test_a_row_that_is_not_there_would_be_seen() -> None:
    assert not [kind for kind in registry.kinds("aws").values() if kind.row == "A37"]
