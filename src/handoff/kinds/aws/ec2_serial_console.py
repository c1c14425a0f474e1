"""The serial console of EC2: a way to every instance past every network rule, switched on or off for a whole region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ec2
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class Ec2SerialConsole(Item):
    """The setting of one region, while it is on. Off is how AWS delivers it."""

    id = KindId("aws.ec2_serial_console")
    title = "EC2 serial console"
    row = "A26"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = _ec2.LAG
    reads = frozenset({"ec2:GetSerialConsoleAccessStatus"})
    writes = frozenset({"ec2:DisableSerialConsoleAccess", "ec2:EnableSerialConsoleAccess"})
    fences = frozenset({"ec2:EnableSerialConsoleAccess"})
    creates = frozenset({"aws:ec2/serialConsoleAccess:SerialConsoleAccess"})
    blind = "Sessions that are open already, the operating system's own passwords, and who may push a key (an identity's permission, see there)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """One path when the setting is on, none when it is off."""
        status = reader.get("ec2:GetSerialConsoleAccessStatus")
        if status and status.get("SerialConsoleAccessEnabled"):
            yield AccessPath(
                kind=self.id,
                id=f"arn:aws:ec2:{reader.scope.region}:{reader.scope.id}:serial-console-access",
                scope=reader.scope,
                holder="whoever knows a password of an operating system and may push a key",
                allows=f"reach the console of every instance in {reader.scope.region}",
                clues=((Clue.SHARED_SECRET, "the console takes passwords of the operating systems, which whoever built the instances may know"),),
                detail={"managed_by": status.get("ManagedBy") or "account"},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """On, or not there."""
        status = reader.get("ec2:GetSerialConsoleAccessStatus")
        return {"enabled": True} if status and status.get("SerialConsoleAccessEnabled") else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The account's own switch."""
        return "" if _by_policy(path) else f"the serial console is switched off in {path.scope.region}; undone by switching it on"

    def manual_effect(self, path: AccessPath, /) -> str:
        """A declarative policy of the organization overrides the account's switch."""
        if not _by_policy(path):
            return ""
        return (
            "whoever runs the organization turns the serial console off in the declarative policy for EC2 that is attached to this account "
            "(Organizations, Policies, Declarative policies for EC2); the tool sees the setting change"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Off."""
        yield writer.write("ec2:DisableSerialConsoleAccess")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """On."""
        yield writer.write("ec2:EnableSerialConsoleAccess")


def _by_policy(path: AccessPath) -> bool:
    return path.detail["managed_by"] == "declarative-policy"


KIND: Kind = Ec2SerialConsole()
