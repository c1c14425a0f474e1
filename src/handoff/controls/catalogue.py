"""Finds policy packs and loads their controls by walking folders, so that a new control is one file and no list.

A pack is a folder with a `PulumiPolicy.yaml`; each of its modules whose name has no leading underscore ends with
`CONTROL = ...` or `CONTROLS = (...)`.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import yaml

from handoff.controls.model import Control
from handoff.errors import UsageError
from handoff.registry import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANIFEST = "PulumiPolicy.yaml"
FOLDER = "policies"
_ROOT = "handoff_policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One policy pack and its controls, in the order of their files."""

    name: str
    version: str
    description: str
    folder: Path
    controls: tuple[Control, ...]


def find_folder(start: Path | None = None) -> Path:
    """The `policies` folder at or above `start` (the working directory), else the one beside this checkout. Raises UsageError."""
    here = (start or Path.cwd()).resolve()
    for candidate in (*(one / FOLDER for one in (here, *here.parents)), Path(__file__).resolve().parents[3] / FOLDER):
        if any(candidate.glob(f"*/{MANIFEST}")):
            return candidate
    raise UsageError(f"no folder {FOLDER}/ with policy packs at or above {here}", hint="Run it inside the project, or name the folder with --policies.")


def load(folder: Path) -> tuple[Pack, ...]:
    """Every pack of a folder, by name. Raises UsageError when it holds none, RegistryError when a control's id is used twice."""
    manifests = sorted(folder.glob(f"*/{MANIFEST}"))
    if not manifests:
        raise UsageError(f"{folder}: no policy pack (a folder with {MANIFEST})", hint="Name the folder that holds the packs.")
    packs = tuple(load_pack(one.parent) for one in manifests)
    _unique(control for pack in packs for control in pack.controls)
    return packs


def load_pack(folder: Path) -> Pack:
    """One pack. Raises UsageError for a manifest that cannot be read, RegistryError for a malformed module."""
    manifest = _manifest(folder / MANIFEST)
    controls = tuple(control for module in _modules(folder) for control in _controls(module))
    if not controls:
        raise RegistryError(f"{folder}: a pack without controls", hint="Add a module that ends with CONTROL = ...")
    _unique(controls)
    return Pack(
        name=str(manifest.get("name") or folder.name),
        version=str(manifest.get("version") or "0.0.0"),
        description=str(manifest.get("description") or ""),
        folder=folder,
        controls=controls,
    )


def _manifest(path: Path) -> dict[str, object]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", hint="A pack's manifest names it, its version and its runtime.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path}: not a mapping", hint="A pack's manifest names it, its version and its runtime.")
    return found


def _modules(folder: Path) -> Iterator[ModuleType]:
    """The pack's modules as a package of their own, so that they can import each other by `from . import`."""
    package = f"{_ROOT}.{folder.name}"
    known = sys.modules.get(package)
    if known is None or list(getattr(known, "__path__", [])) != [str(folder)]:
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
        _package(_ROOT, [])
        _package(package, [str(folder)])
    importlib.invalidate_caches()
    for path in sorted(folder.glob("*.py")):
        if not path.stem.startswith("_"):
            try:
                found = importlib.import_module(f"{package}.{path.stem}")
            except Exception as error:  # whatever a module of controls does wrong while it loads, the file is to be named
                raise RegistryError(f"{path}: cannot be loaded: {type(error).__name__}: {error}", hint="Mend the module; nothing was judged.") from error
            yield found


def _package(name: str, path: list[str]) -> None:
    if name not in sys.modules:
        module = ModuleType(name)
        module.__path__ = path
        sys.modules[name] = module


def _controls(module: ModuleType) -> tuple[Control, ...]:
    found = getattr(module, "CONTROLS", None) or tuple(filter(None, (getattr(module, "CONTROL", None),)))
    if not found or not all(isinstance(one, Control) for one in found):
        raise RegistryError(f"{module.__file__} has no CONTROL", hint="End the module with `CONTROL = Control(...)`, or start its name with an underscore.")
    return tuple(found)


def _unique(controls: Iterable[Control]) -> None:
    seen: set[str] = set()
    for one in controls:
        if one.id in seen:
            raise RegistryError(f"two controls have the id {one.id}", hint="A waiver names a control by its id: make each unique.")
        seen.add(one.id)
