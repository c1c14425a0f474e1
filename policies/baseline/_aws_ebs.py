"""What a region's own defaults make of volumes and machines that say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import EBS_ENCRYPTION

from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.resource import Resource, Stack


def here(resource: Resource, stack: Stack, *types: str) -> Iterator[Resource]:
    """The stack's resources of these types in the same region."""
    own = effective(resource)
    for one in stack.of(*types):
        other = effective(one)
        if own is not None and other is not None and own.region is not UNKNOWN and own.region == other.region:
            yield one


def encrypts_by_default(resource: Resource, stack: Stack) -> bool | None:
    """Whether the stack makes its region encrypt every new volume; None when that is not known yet."""
    values = [one.get("enabled") for one in here(resource, stack, EBS_ENCRYPTION)]
    if any(one is None or is_on(one) for one in values):  # the service's default is on
        return True
    return None if UNKNOWN in values else False


def is_on(value: object) -> bool:
    """A switch that is on; launch templates write it as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
