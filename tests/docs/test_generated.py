"""The pages made from the code say what the code says."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

from handoff import errors, registry
from handoff.controls import catalogue, evaluate
from handoff.controls.frameworks import FRAMEWORKS, asked

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


def test_a_page_of_a_control_that_there_is_no_more_is_stale(generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    name = "reference/controls/one.md"
    monkeypatch.setattr(generate, "pages", lambda: {name: "one"})
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("one", encoding="utf-8")
    assert generate.stale() == []
    (tmp_path / name).with_name("two.md").write_text("two", encoding="utf-8")
    assert generate.stale() == ["reference/controls/two.md"]
    monkeypatch.setattr("sys.argv", ["_generate.py"])
    assert generate.main() == 0
    assert generate.stale() == []
    assert not (tmp_path / name).with_name("two.md").exists()


def test_every_control_has_its_page_with_all_that_it_says() -> None:
    controls = [one for pack in catalogue.load(ROOT / "policies") for one in pack.controls]
    index = (REFERENCE / "controls" / "index.md").read_text(encoding="utf-8")
    assert {path.stem for path in (REFERENCE / "controls").glob("*.md")} == {"index", "waiver", *(one.id for one in controls)}
    for one in controls:
        text = (REFERENCE / "controls" / f"{one.id}.md").read_text(encoding="utf-8")
        assert f"({one.id}.md)" in index, one.id
        assert one.snippet.strip("\n") in text, one.id
        assert all(f"`{token}`" in text for token in (*one.reads, *one.looks_at)), one.id
        assert all(f"`{path}`" in text for paths in one.reads.values() for path in paths), one.id
        assert all(f"{'~' if clause.derived else ''}{clause.clause}" in text for clause in one.maps.clauses), one.id
        assert ("derived by analogy" in text) is any(clause.derived for clause in one.maps.clauses), one.id
        assert all(f"`{path}`" in text.partition("## Safe fix")[2] for path in one.remedy), one.id
        assert ("../remediation.md" in text) is bool(one.remedy), one.id


def test_a_clause_leads_to_its_controls_and_back() -> None:
    text = (REFERENCE / "frameworks.md").read_text(encoding="utf-8")
    controls = [*(one for pack in catalogue.load(ROOT / "policies") for one in pack.controls), evaluate.WAIVER]
    for framework in FRAMEWORKS.values():
        section = text.partition(f"\n## {framework.id}\n")[2].partition("\n## ")[0]
        pairs = [(one.id, clause) for one in controls for clause in asked(one.maps.clauses, (framework.id,))]
        derived = sum(clause.derived for _, clause in pairs)
        assert f"| {len({clause.clause for _, clause in pairs})} | {len({name for name, _ in pairs})} | {len(pairs)} | {derived} (" in text, framework.id
        for name, clause in pairs if not framework.baseline else ():
            row = section.partition(f"\n| {clause.clause} | ")[2].partition("\n")[0]
            assert f"{'~' if clause.derived else ''}[`{name}`](controls/{name}.md)" in row, (framework.id, clause.clause, name)


def test_what_can_be_mended_is_listed() -> None:
    text = (REFERENCE / "remediation.md").read_text(encoding="utf-8")
    controls = [one for pack in catalogue.load(ROOT / "policies") for one in pack.controls]
    listed = [one for one in controls if f"(controls/{one.id}.md)" in text]
    assert listed == [one for one in controls if one.remedy]
    assert 0 < len(listed) < len(controls)


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
