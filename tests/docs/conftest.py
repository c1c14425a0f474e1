from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(handoff [^`]+)`")
_STOP = {"|", "&&", ";", ">", "2>&1", "#"}


def generator() -> ModuleType:
    """The script that writes the reference pages."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "_generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def command_lines(text: str) -> Iterator[list[str]]:
    """The words after `handoff` of every command line in a page, in blocks of shell and in running text."""
    for language, block in _FENCE.findall(text):
        if language == "sh":
            yield from _of_block(block)
    for line in _INLINE.findall(_FENCE.sub("", text)):
        yield _words(line)


def _of_block(block: str) -> Iterator[list[str]]:
    for line in block.replace("\\\n", " ").splitlines():
        for part in re.findall(r"(?:^|\s|\$\()((?:\.venv/bin/)?handoff\s[^)\"]*)", line.strip()):
            yield _words(part)


def _words(line: str) -> list[str]:
    words = shlex.split(line.replace("(", " ").replace(")", " "), comments=True)[1:]
    end = next((number for number, word in enumerate(words) if word in _STOP), len(words))
    return words[:end]


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    return generator()
