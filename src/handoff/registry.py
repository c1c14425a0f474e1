"""Finds what exists by walking packages, so that no list has to be kept by hand.

A module of a family ends with one constant (`KIND`, `EXPORT`, `SECTION`, `COMMAND`, ...). A duplicate id, or a module
without its constant, is an error at load: silence here would be a kind that nobody sweeps.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, cast

from handoff.errors import HandoffError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.model import Cloud, Kind, KindId
    from handoff.powers import Leaning, Witness


class RegistryError(HandoffError):
    """A module of a family is malformed; this is a bug in the installation, not in the user's input."""


def modules(package: str) -> Iterator[str]:
    """Names of every module (not package) below `package`, sorted; a leading underscore keeps a module out."""
    root = importlib.import_module(package)
    found = (
        info.name for info in pkgutil.walk_packages(root.__path__, prefix=f"{package}.") if not info.ispkg and not info.name.rsplit(".", 1)[1].startswith("_")
    )
    yield from sorted(found)


def load(package: str, constant: str) -> dict[str, object]:
    """The constant of every module below `package`, by the module's path relative to it."""
    found: dict[str, object] = {}
    for name in modules(package):
        module = importlib.import_module(name)
        if not hasattr(module, constant):
            raise RegistryError(f"{name} has no {constant}", hint=f"End the module with `{constant} = ...`, or start its name with an underscore.")
        found[name.removeprefix(f"{package}.")] = getattr(module, constant)
    return found


@cache
def kinds(cloud: str | None = None) -> Mapping[KindId, Kind]:
    """Every access-path kind, by id; of one cloud only, when named (then no other cloud's module is imported)."""
    package = "handoff.kinds" + (f".{cloud}" if cloud else "")
    prefix = f"{cloud}." if cloud else ""
    found: dict[KindId, Kind] = {}
    for path, value in load(package, "KIND").items():
        kind = cast("Kind", value)
        if kind.id != prefix + path:
            raise RegistryError(f"kind {kind.id!r} lies in kinds/{(prefix + path).replace('.', '/')}.py", hint="The id repeats the path.")
        found[kind.id] = kind
    return found


@cache
def dependencies(cloud: str) -> Mapping[KindId, Leaning]:
    """Every kind of inbound dependency of one cloud, by id; none for a cloud that has no such package yet."""
    package = f"handoff.dependencies.{cloud}"
    if importlib.util.find_spec(package) is None:
        return {}
    found: dict[KindId, Leaning] = {}
    for path, value in load(package, "DEPENDENCY").items():
        leaning = cast("Leaning", value)
        if leaning.id != f"{cloud}.{path}":
            raise RegistryError(f"dependency {leaning.id!r} lies in dependencies/{cloud}/{path}.py", hint="The id repeats the path.")
        found[leaning.id] = leaning
    return found


@cache
def witness(cloud: str) -> Witness | None:
    """The log of one cloud that tells of holders, or None for a cloud whose log is not asked yet."""
    name = f"handoff.witnesses.{cloud}"
    return cast("Witness", importlib.import_module(name).WITNESS) if importlib.util.find_spec(name) is not None else None


@cache
def cloud(name: str) -> Cloud:
    """One vendor's connection, imported on first use."""
    return cast("Cloud", importlib.import_module(f"handoff.clouds.{name}").CLOUD)
