"""What exists is found by walking; what is malformed is told at load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from handoff import registry
from handoff.registry import RegistryError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package of the test's own."""
    folder = tmp_path / f"family_{tmp_path.name.replace('-', '_')}"
    (folder / "inner").mkdir(parents=True)
    for one in (folder, folder / "inner"):
        (one / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_modules_below_are_found_sorted_and_private_ones_are_not(package: Path) -> None:
    for name in ("b.py", "a.py", "_hidden.py", "inner/c.py"):
        (package / name).write_text("KIND = 1\n", encoding="utf-8")
    assert list(registry.modules(package.name)) == [f"{package.name}.{name}" for name in ("a", "b", "inner.c")]
    assert registry.load(package.name, "KIND") == {"a": 1, "b": 1, "inner.c": 1}


def test_a_module_without_its_constant_is_an_error(package: Path) -> None:
    (package / "a.py").write_text("", encoding="utf-8")
    with pytest.raises(RegistryError, match="has no KIND"):
        registry.load(package.name, "KIND")


def test_ids_repeat_the_path_and_one_cloud_is_a_part_of_all() -> None:
    everything = registry.kinds()
    by_cloud = [registry.kinds(cloud) for cloud in ("aws", "azure", "gcp")]
    assert {name for one in by_cloud for name in one} == set(everything)
    assert all(one.id == name for name, one in everything.items())
    assert sum(map(len, by_cloud)) == len(everything) >= 12


def test_one_cloud_imports_no_other_clouds_sdk() -> None:
    program = "import sys; from handoff import registry; registry.kinds('aws'); registry.cloud('aws'); print([m for m in sys.modules if m.split('.')[0] in ('azure', 'googleapiclient') or m.startswith('handoff.kinds.gcp')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
