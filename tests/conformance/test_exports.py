"""What every export must keep to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from handoff import registry
from handoff.exports._contract import Export

ROOT = Path(__file__).parents[1]
EXPORTS = sorted(registry.load("handoff.exports", "EXPORT").items())


@pytest.mark.parametrize(("name", "value"), EXPORTS, ids=[name for name, _ in EXPORTS])
def test_says_what_it_is_and_has_its_test(name: str, value: object) -> None:
    export = cast("Export", value)
    assert export.id == name
    assert export.title
    assert export.blind
    assert re.search(r"https?://\S+ \(read \d{4}-\d\d-\d\d\)", export.source)
    assert export.stores
    assert all(token.count(":") == 2 for token in export.stores)
    cloud, module = name.split(".", 1)
    assert export.scope_type.value.split(".")[0] == cloud
    assert (ROOT / "exports" / cloud / f"test_{module}.py").exists(), f"{name} has no test file"


def test_there_is_at_least_one() -> None:
    assert "aws.s3_bucket" in dict(EXPORTS)
