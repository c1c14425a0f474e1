"""What no control speaks of: shown, because a resource that nobody judged must not look like one that passed."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.controls.model import Control
    from handoff.controls.state import Read

_SDKS = {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "azuread": "pulumi_azuread", "gcp": "pulumi_gcp"}
_TOKEN = re.compile(r'^ +"([a-z][a-z-]*:[^":]+:[^":]+)": "', re.MULTILINE)
"""An entry of the table of types that every SDK registers in its `__init__`; read as text, since importing an SDK takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Resource types and how many resources of them."""

    types: Mapping[str, int]
    """Of which no control of the run speaks."""
    strangers: Mapping[str, int]
    """Which the installed SDKs do not have: misspelt, withdrawn, or newer than this installation. Rules for all types of a cloud judged them at most."""

    @property
    def resources(self) -> int:
        """How many resources in all."""
        return sum((Counter(self.types) | Counter(self.strangers)).values())


def unjudged(read: Read, controls: Iterable[Control]) -> Unjudged:
    """The types of a stack that no control names; components are left out, since what they are made of is judged."""
    exact: set[str] = set()
    prefixes: set[str] = set()
    for control in controls:
        for token in (*control.reads, *control.looks_at):
            (prefixes if token.endswith("*") else exact).add(token)
    beginnings = tuple(one.removesuffix("*") for one in prefixes)
    counts = Counter(one.type for one in read.stack.resources if one.urn not in read.components)
    others = {name: count for name, count in sorted(counts.items()) if name not in exact and not name.startswith("pulumi:")}
    return Unjudged(
        types={name: count for name, count in others.items() if not name.startswith(beginnings)},
        strangers={name: count for name, count in others.items() if not _exists(name)},
    )


def _exists(token: str) -> bool:
    known = _tokens(_SDKS.get(token.partition(":")[0], ""))
    return known is None or token in known


@cache
def _tokens(package: str) -> frozenset[str] | None:
    """Every type of an installed SDK; None when it is not one of ours, or not installed: then nothing is known."""
    found = importlib.util.find_spec(package) if package else None
    if found is None or found.origin is None:
        return None
    return frozenset(_TOKEN.findall(Path(found.origin).read_text(encoding="utf-8"))) or None
