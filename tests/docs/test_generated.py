"""The pages made from the code say what the code says."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

from handoff import errors, registry

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_the_pages_are_current(generate: ModuleType) -> None:
    assert generate.stale() == [], "run: .venv/bin/python docs/_generate.py"


def test_a_page_that_was_changed_is_stale(generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    monkeypatch.setattr(generate, "pages", lambda: {"a.md": "one", "b.md": "two", "c.md": "three"})
    (tmp_path / "a.md").write_text("one", encoding="utf-8")
    (tmp_path / "b.md").write_text("other", encoding="utf-8")
    assert generate.stale() == ["b.md", "c.md"]


def test_every_kind_appears_with_its_lag_and_source() -> None:
    text = (REFERENCE / "kinds.md").read_text(encoding="utf-8")
    kinds = registry.kinds()
    assert kinds
    for kind in kinds.values():
        section = text.partition(f"### {kind.id}\n")[2].partition("\n### ")[0]
        assert kind.lag.source in section
        assert kind.blind in section
        assert all(f"`{token}`" in section for token in kind.creates)


def test_every_exit_code_is_documented() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    found = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.HandoffError) and one is not errors.HandoffError]
    assert len(found) > 10
    for one in found:
        assert f"| {one.exit_code} | `{one.__name__}` |" in text
    assert "| 0 |" in text
    assert "| 1 |" in text
