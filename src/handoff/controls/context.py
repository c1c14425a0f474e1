"""What a control may ask of the engagement; no clock, no file, no SDK."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from handoff.controls.resource import Resource
    from handoff.spec import AccessGrant, DataClass, Engagement, Environment

_CLASS_TAG = ("data-class", "data_class")
_NO_DATA = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One environment of one engagement on one day, and what the exit knows how to handle."""

    engagement: Engagement
    environment: Environment
    today: date
    opens: frozenset[str] = frozenset()
    """Pulumi types whose access some kind can find and end."""
    returns: frozenset[str] = frozenset()
    """Pulumi types whose data some export can return."""

    def grants(self, cloud: str, holder: str) -> tuple[AccessGrant, ...]:
        """What the spec grants a party on one cloud of this environment."""
        return tuple(one for one in self.engagement.access if one.holder == holder and self.environment.name in one.environments and cloud in one.clouds)

    def classes(self, resource: Resource) -> tuple[DataClass, ...]:
        """The data classes that decide where a resource may be: those of its `data-class` tag, else all of the environment (the strictest)."""
        stored = {one.data_class for one in self.environment.stores}
        all_of_them = tuple(one for one in self.engagement.data if one.name in stored) or self.engagement.data
        for block in ("tags", "labels"):
            tags = resource.inputs.get(block)
            if not isinstance(tags, dict):
                continue
            value = next((tags[key] for key in _CLASS_TAG if key in tags), None)
            if isinstance(value, str) and value != _NO_DATA:
                named = [self.engagement.data_class(name) for name in re.split(r"[+, ]", value)]
                if all(named):
                    return tuple(one for one in named if one)
        return all_of_them

    def outside(self, resource: Resource, cloud: str, region: str, *, is_copy: bool = False) -> str | None:
        """Which data class forbids a region, in words; None when all allow it. Copies may also lie in `dr_residency`."""
        classes = self.classes(resource)
        if not classes:
            own = self._regions(cloud)
            return None if places.within(cloud, region, own) else f"the spec names no data class, and the environment lives in {', '.join(own)}"
        for one in classes:
            allowed: Iterable[str] = (*one.residency, *(one.dr_residency if is_copy else ()))
            if not places.within(cloud, region, allowed):
                return f"data of class {one.name} may {'be copied to' if is_copy else 'live in'} {', '.join(dict.fromkeys(allowed))} only"
        return None

    def global_service(self, resource: Resource, name: str) -> bool:
        """True when every data class allows this service although it has no region."""
        classes = self.classes(resource)
        return bool(classes) and all(name in one.global_services for one in classes)

    def _regions(self, cloud: str) -> tuple[str, ...]:
        block = self.environment
        if cloud == "aws":
            return block.aws.regions if block.aws else ()
        if cloud == "azure":
            return block.azure.locations if block.azure else ()
        return block.gcp.locations if block.gcp else ()


def is_unknown(*values: object) -> bool:
    """True when any of the values is not known."""
    return any(value is UNKNOWN for value in values)
