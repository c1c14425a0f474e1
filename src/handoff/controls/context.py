"""What a control may ask of the engagement; no clock, no file, no SDK."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

from handoff import places
from handoff.controls.frameworks import asked
from handoff.controls.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from handoff.controls.frameworks import Clause
    from handoff.controls.model import Control
    from handoff.controls.resource import Resource
    from handoff.spec import AccessGrant, DataClass, Engagement, Environment

_CLASS_TAG = ("data-class", "data_class")
_NO_DATA = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """Why a region is out of bounds."""

    data_class: str
    """Empty = the spec names none."""
    why: str


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
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    """What a rule works out once for the whole run, under a name of its own."""

    def grants(self, cloud: str, holder: str) -> tuple[AccessGrant, ...]:
        """What the spec grants a party on one cloud of this environment."""
        return tuple(one for one in self.engagement.access if one.holder == holder and self.environment.name in one.environments and cloud in one.clouds)

    def demands(self, control: Control) -> bool:
        """Whether the spec asks for a control: residency, exit readiness and what no framework maps always, a baseline when a named framework does."""
        if control.category is not Category.BASELINE or not self.engagement.requirements.frameworks:
            return True
        return not control.maps.clauses or bool(self.clauses(control))

    def clauses(self, control: Control) -> tuple[Clause, ...]:
        """The clauses of the spec's frameworks that ask for a control; of every framework when the spec names none."""
        named = self.engagement.requirements.frameworks
        return asked(control.maps.clauses, named) if named else control.maps.clauses

    @property
    def client_accounts(self) -> frozenset[str]:
        """Every AWS account that the spec gives to the client."""
        known = self.memo.get("client accounts")
        if not isinstance(known, frozenset):
            spec = self.engagement
            known = frozenset(one.aws.account for one in spec.environments if one.aws) | frozenset(spec.parties.client.identities.aws.accounts)
            self.memo["client accounts"] = known
        return known

    def elsewhere(self, cloud: str, name: str) -> str | None:
        """The region that the spec gives for something outside the stack: an ARN, a bucket's name, a resource id."""
        return next((one.region for one in self.environment.elsewhere if one.cloud == cloud and fnmatchcase(name, one.match)), None)

    def classes(self, resource: Resource) -> tuple[DataClass, ...]:
        """The data classes that decide where a resource may be: those of its `data-class` tag, else all of the environment (the strictest)."""
        return self._classes(_class_tag(resource))

    def _classes(self, tag: str | None) -> tuple[DataClass, ...]:
        key = ("classes", tag)
        known = self.memo.get(key)
        if known is None:
            named = [self.engagement.data_class(name) for name in re.split(r"[+, ]", tag)] if tag else []
            if named and all(named):
                known = tuple(one for one in named if one)
            else:
                stored = {one.data_class for one in self.environment.stores}
                known = tuple(one for one in self.engagement.data if one.name in stored) or self.engagement.data
            self.memo[key] = known
        return cast("tuple[DataClass, ...]", known)

    def forbids(self, resource: Resource, cloud: str, region: str, *, is_copy: bool = False) -> Forbidden | None:
        """Which data class forbids a region, and why; None when all allow it. Copies may also lie in `dr_residency`."""
        tag = _class_tag(resource)
        key = ("forbids", tag, cloud, region, is_copy)
        if key not in self.memo:
            self.memo[key] = self._forbids(self._classes(tag), cloud, region, is_copy=is_copy)
        return cast("Forbidden | None", self.memo[key])

    def _forbids(self, classes: tuple[DataClass, ...], cloud: str, region: str, *, is_copy: bool) -> Forbidden | None:
        if not classes:
            own = self._regions(cloud)
            if places.within(cloud, region, own):
                return None
            return Forbidden(data_class="", why=f"the spec names no data class, and the environment lives in {', '.join(own)}")
        for one in classes:
            allowed: Iterable[str] = (*one.residency, *(one.dr_residency if is_copy else ()))
            if not places.within(cloud, region, allowed):
                why = f"data of class {one.name} may {'be copied to' if is_copy else 'live in'} {', '.join(dict.fromkeys(allowed))} only"
                return Forbidden(data_class=one.name, why=why)
        return None

    def outside(self, resource: Resource, cloud: str, region: str, *, is_copy: bool = False) -> str | None:
        """The same, in words only."""
        found = self.forbids(resource, cloud, region, is_copy=is_copy)
        return found.why if found else None

    def only_for_recovery(self, resource: Resource, cloud: str, region: str) -> DataClass | None:
        """The data class that lets a copy lie in this region by `dr_residency` alone: where a framework's distant copy and residency meet."""
        for one in self.classes(resource):
            if not places.within(cloud, region, one.residency) and places.within(cloud, region, (*one.residency, *one.dr_residency)):
                return one
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


def _class_tag(resource: Resource) -> str | None:
    """The text of a resource's data-class tag or label; None when it has none, or it is not known, or says `none`."""
    for block in ("tags", "labels"):
        tags = resource.inputs.get(block)
        if isinstance(tags, dict):
            for key in _CLASS_TAG:
                value = tags.get(key)
                if isinstance(value, str) and value != _NO_DATA:
                    return value
    return None
