"""The region that a resource really ends up in: its own, else its provider's, which for a default provider is the stack's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from handoff.controls.resource import Resource, Unknown

CLOUD_OF_PACKAGE = {"aws": "aws", "azure-native": "azure", "gcp": "gcp"}
_OWN = {"aws": ("region",), "azure": ("location",), "gcp": ("location", "region", "zone")}
_PROVIDERS = {"aws": ("region",), "azure": ("location",), "gcp": ("region", "zone")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """A region and where it was found."""

    cloud: str
    region: str | Unknown | None
    """None: neither the resource nor its provider names one."""
    origin: str
    """The property, such as `location` or `its provider's region`."""

    @property
    def is_own(self) -> bool:
        """True when the resource itself names it."""
        return bool(self.origin) and not self.origin.startswith("its provider")


def cloud_of(type_token: str) -> str | None:
    """`aws`, `azure` or `gcp` by a type token's package; None for others, Entra included (a directory has no region)."""
    return CLOUD_OF_PACKAGE.get(type_token.split(":", 1)[0])


def effective(resource: Resource) -> Effective | None:
    """Where a resource of the three clouds ends up; None for any other."""
    cloud = cloud_of(resource.type)
    if cloud is None:
        return None
    for name in _OWN[cloud]:
        value = resource.get(name)
        if value is not None:  # also of the wrong shape: nobody knows what the provider makes of it
            return Effective(cloud=cloud, region=_region(cloud, value), origin=name)
    if resource.provider is not None:
        for name in _PROVIDERS[cloud]:
            value = resource.provider.inputs.get(name)
            if value is not None:
                return Effective(cloud=cloud, region=_region(cloud, value), origin=f"its provider's {name}")
    return Effective(cloud=cloud, region=None, origin="")


def _region(cloud: str, value: object) -> str | Unknown:
    """A zone's region for Google (`europe-west1-b`), else the value as the tables have it."""
    if not isinstance(value, str):
        return UNKNOWN
    name = places.normal(cloud, value)
    head, _, tail = name.rpartition("-")
    return head if cloud == "gcp" and len(tail) == 1 and places.is_region(cloud, head) else name
