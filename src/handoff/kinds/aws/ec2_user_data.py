"""User data: scripts that instances run when they start, as root."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ec2, _user_data
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

OVER = frozenset({"shutting-down", "terminated"})
FOREIGN = frozenset({Clue.AWS_ACCOUNT, Clue.SSH_KEY, Clue.CIDR})
"""What a script of the client's own would not name without a reason that somebody can give."""


class Ec2UserData(Item):
    """One instance whose script names somebody: another account, an SSH key, a host that is not AWS's. One that names nobody is no path."""

    id = KindId("aws.ec2_user_data")
    title = "EC2 user data that names somebody else"
    row = "A26"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = _ec2.LAG
    reads = frozenset({"ec2:DescribeInstanceAttribute", "ec2:DescribeInstances"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"ec2:ModifyInstanceAttribute", "ec2:RunInstances"})
    creates = frozenset({"aws:ec2/instance:Instance"})
    blind = (
        "What the scripts that it loads do, what is written in other words than names (an encoded payload, a host put together from parts), "
        "launch templates that no instance runs from yet, and what the script has already done on the host."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every instance that is not terminated and whose script names somebody."""
        instances = (one for group in reader.read("ec2:DescribeInstances") for one in cast("list[Json]", group["Instances"]) if _runs(one))
        for instance, text in fan.each(lambda one: (one, _text(reader, str(one["InstanceId"]))), instances):
            clues = tuple(dict.fromkeys(_user_data.clues(text, own=reader.scope.id)))
            if clues:
                yield self._path(reader, str(instance["InstanceId"]), text, clues)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The script's digest, while it names somebody."""
        answer = reader.get("ec2:DescribeInstances", InstanceIds=[path.id]) or {}
        if not any(_runs(one) for group in cast("list[Json]", answer.get("Reservations") or ()) for one in cast("list[Json]", group["Instances"])):
            return None
        text = _text(reader, path.id)
        return {"sha256": _digest(text)} if any(_user_data.clues(text, own=reader.scope.id)) else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """It can be changed only while the instance is stopped, which is the client's to time."""
        return (
            f"somebody at the client reads the user data of {path.id}, stops the instance, replaces what names {path.holder} "
            "(aws ec2 modify-instance-attribute --attribute userData) and starts it, or replaces the instance; what it did on the host is looked for there. "
            "The tool reads the script again. A name that may stay is recorded under exit.decisions in the spec"
        )

    def _path(self, reader: Reader, instance: str, text: str, clues: tuple[tuple[Clue, str], ...]) -> AccessPath:
        foreign = any(clue in FOREIGN for clue, _ in clues)
        nobody = (Clue.CLIENT_OWN, "it runs on the client's own instance, and names only hosts that no party claims")
        return AccessPath(
            kind=self.id,
            id=instance,
            scope=reader.scope,
            holder=", ".join(value.removeprefix("any@") for _, value in clues),
            allows=f"run what it likes as root when {instance} starts",
            clues=clues if foreign else (*clues, nobody),
            detail={"sha256": _digest(text)},
        )


def _text(reader: Reader, instance: str) -> str:
    answer = reader.get("ec2:DescribeInstanceAttribute", InstanceId=instance, Attribute="userData") or {}
    value = cast("Json", answer.get("UserData") or {}).get("Value")
    return _user_data.text_of(str(value), where=instance) if value else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _runs(instance: Json) -> bool:
    return cast("Json", instance.get("State") or {}).get("Name") not in OVER


KIND: Kind = Ec2UserData()
