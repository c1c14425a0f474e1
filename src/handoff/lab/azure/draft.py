"""A resource on its way into the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from handoff.lab.azure.arm_ids import Target
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World


@dataclass(slots=True, kw_only=True)
class Draft:
    """A resource about to be stored."""

    world: World
    caller: Caller
    target: Target
    record: Record
    old: Record | None

    @property
    def properties(self) -> Record:
        """The `properties` to be stored."""
        found: Record = self.record["properties"]
        return found

    def need(self, *names: str) -> None:
        """These properties are required."""
        for name in names:
            if self.properties.get(name) in (None, "", [], {}):
                raise ArmRefusal(400, "InvalidRequestContent", f"The required property '{name}' of '{self.target.type}' is missing.")
