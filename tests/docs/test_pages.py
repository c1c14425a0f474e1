"""Every command line, link and name in the documents exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

from handoff.cli._app import build

from .conftest import PAGES, ROOT, command_lines

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LATER = {"accept", "run", "runs"}
"""Commands of the design that are not there yet; a page may say so."""


@pytest.fixture(scope="module")
def tree() -> Any:
    return typer.main.get_command(build())


def fault(tree: Any, words: list[str]) -> str:
    """What is wrong with a command line, or nothing."""
    command, rest = tree, list(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] in {"--help", "--version", "-h"}:
            return ""
        name = rest[0]
        if name in command.commands:
            command, rest = command.commands[name], rest[1:]
        elif command.name == "export" and not name.startswith("-"):
            command = command.commands["return"]
        elif name in {"COMMAND", "..."} or (command is tree and name in _LATER):
            return ""
        else:
            return f"no command {name!r}"
    known = {opt for one in command.params for opt in one.opts} | {"--help"}
    wrong = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"no option {', '.join(wrong)}" if wrong else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_exists(tree: Any, page: Path) -> None:
    wrong = [f"handoff {' '.join(words)}: {said}" for words in command_lines(page.read_text(encoding="utf-8")) if (said := fault(tree, words))]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```sh\nhandoff prove SPEC --canaries F\n```", 0),
        ("```sh\nhandoff prove SPEC --yes\n```", 1),
        ("```sh\nhandoff improve SPEC\n```", 1),
        ('```sh\neval "$(.venv/bin/handoff lab environment)"\n```', 1),
        ("see `handoff export SPEC --out DIR` and `handoff sign --newkey F`", 1),
    ],
)
def test_a_wrong_command_line_would_be_seen(tree: Any, text: str, wrong: int) -> None:
    found = list(command_lines(text))
    assert found
    assert sum(bool(fault(tree, words)) for words in found) == wrong


def test_every_command_is_shown_in_a_page_written_by_hand(tree: Any, generate: ModuleType) -> None:
    shown = {tuple(words) for page in PAGES if "reference" not in page.parts for words in command_lines(page.read_text(encoding="utf-8"))}
    for name, _ in generate.walk(tree):
        wanted = tuple(name.replace("export return", "export").split())
        assert any(words[: len(wanted)] == wanted for words in shown), f"no page shows `handoff {name}`"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(_FENCED.sub("", text))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_resolves(page: Path) -> None:
    wrong = []
    for link in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            wrong.append(link)
    assert wrong == []


def test_every_page_that_the_code_names_exists() -> None:
    named = {name for path in (ROOT / "src").rglob("*.py") for name in re.findall(r"\bdocs/[a-z-]+\.md", path.read_text(encoding="utf-8"))}
    assert "docs/credentials.md" in named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[<>=\[]", one)[0] for one in (*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra))]
    assert [name for name in names if name not in text] == []


def test_every_page_of_docs_is_in_the_site() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "controls"]
    assert "reference/kinds.md" in pages
    assert [page for page in [*pages, "reference/controls/index.md"] if page not in text] == []


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "architecture.svg").is_file()
    assert not list((tmp_path / "site").glob("_*.py"))
    controls = ROOT / "docs" / "reference" / "controls"
    assert {page.stem for page in controls.glob("*.md")} - {"index"} == {
        page.parent.name for page in (tmp_path / "site").glob("reference/controls/*/index.html")
    }


def test_the_documents_name_no_place_of_this_machine() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert str(ROOT) not in text, page
        assert str(Path.home()) + "/" not in text, page
