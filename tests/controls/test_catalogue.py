from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from handoff.controls import catalogue
from handoff.errors import UsageError
from handoff.registry import RegistryError

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
from handoff.controls.model import Category, Control
def rule(resource, context):
    yield from ()
CONTROL = Control(id={id!r}, title="t", why="w", fix="f", source="s", category=Category.EXIT, reads={{"a:b:C": ()}}, evaluate=rule)
"""


def pack(folder: Path, name: str, **modules: str) -> Path:
    where = folder / name
    where.mkdir(parents=True)
    (where / "PulumiPolicy.yaml").write_text(f"name: {name}\nversion: 1.2.3\nruntime: python\n", encoding="utf-8")
    for module, text in modules.items():
        (where / f"{module}.py").write_text(text, encoding="utf-8")
    return where


def test_the_packs_of_this_project() -> None:
    assert {one.name for one in catalogue.load(ROOT / "policies")} == {"residency", "baseline", "exit_readiness"}
    assert catalogue.find_folder(ROOT / "stacks") == ROOT / "policies"


def test_a_new_control_is_one_file(tmp_path: Path) -> None:
    pack(tmp_path, "own", one=MODULE.format(id="one"), _shared="X = 1", two=MODULE.format(id="two"))
    (found,) = catalogue.load(tmp_path)
    assert (found.name, found.version, [one.id for one in found.controls]) == ("own", "1.2.3", ["one", "two"])


def test_modules_that_are_not_controls_are_refused(tmp_path: Path) -> None:
    pack(tmp_path / "a", "first", one="X = 1")
    with pytest.raises(RegistryError, match="has no CONTROL"):
        catalogue.load(tmp_path / "a")
    pack(tmp_path / "b", "second", one=MODULE.format(id="same"))
    pack(tmp_path / "b", "third", one=MODULE.format(id="same"))
    with pytest.raises(RegistryError, match="two controls have the id same"):
        catalogue.load(tmp_path / "b")
    pack(tmp_path / "c", "empty")
    with pytest.raises(RegistryError, match="without controls"):
        catalogue.load(tmp_path / "c")


@pytest.mark.parametrize("text", ["CONTROL = (", "import no_such_module", "1 / 0"])
def test_a_module_that_does_not_load_is_named(tmp_path: Path, text: str) -> None:
    where = pack(tmp_path, "own", one=text)
    with pytest.raises(RegistryError, match=r"one\.py: cannot be loaded") as refusal:
        catalogue.load(tmp_path)
    assert str(where / "one.py") in refusal.value.message


def test_a_folder_without_packs_and_a_manifest_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no policy pack"):
        catalogue.load(tmp_path)
    where = pack(tmp_path, "broken", one=MODULE.format(id="x"))
    (where / "PulumiPolicy.yaml").write_text("- a\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not a mapping"):
        catalogue.load(tmp_path)


def test_a_pack_starts_without_any_vendor_sdk() -> None:
    code = (
        "import sys; from pathlib import Path; from handoff.controls import build, catalogue, pack; from handoff.spec import load; "
        "[catalogue.load_pack(one) for one in Path('policies').iterdir() if (one / 'PulumiPolicy.yaml').exists()]; "
        "build.context(load('engagements/acme-health.yaml'), 'prod'); "
        "print([m for m in ('boto3', 'botocore', 'azure.identity', 'googleapiclient', 'pulumi_aws', 'pulumi_azure_native', 'pulumi_gcp', 'pulumi_azuread') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
