"""SSH keys on running instances, which no API of AWS takes off."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _ec2, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader

OVER = frozenset({"shutting-down", "terminated"})


class Ec2InstanceKey(Item):
    """One instance and the key pair that it was launched with. The key is in a file on the host, so a person takes it out."""

    id = KindId("aws.ec2_instance_key")
    title = "SSH key on an EC2 instance"
    row = "A26"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replacing-key-pair.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = _ec2.LAG
    reads = frozenset({"ec2:DescribeInstances", "ec2:DescribeKeyPairs"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"ec2:RunInstances"})
    creates = frozenset({"aws:ec2/instance:Instance"})
    blind = (
        "What is really in authorized_keys: keys put there by hand, by user data or baked into the image, and whether the launch key was taken out. "
        "Local users and passwords. Keys pushed by EC2 Instance Connect last a minute and need an identity that may push them."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every instance that was launched with a key pair and is not terminated."""
        pairs = {str(pair["KeyName"]): pair for pair in reader.read("ec2:DescribeKeyPairs")}
        for instance in _instances(reader):
            name = str(instance.get("KeyName") or "")
            if name and _runs(instance):
                pair = pairs.get(name, {})
                # A pair that was made after the launch is another one of the same name.
                same = pair if str(pair.get("CreateTime") or "") <= str(instance.get("LaunchTime") or "~") else {}
                yield self._path(reader, str(instance["InstanceId"]), name, same)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The name of the key that the instance was launched with, while it exists."""
        answer = reader.get("ec2:DescribeInstances", InstanceIds=[path.detail["instance"]]) or {}
        found = [one for group in cast("list[Json]", answer.get("Reservations") or ()) for one in cast("list[Json]", group["Instances"]) if _runs(one)]
        return {"key_name": path.detail["key_name"]} if found else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """AWS cannot see into the file, so a look is a decision."""
        host, key = path.detail["instance"], path.detail["key_name"]
        return (
            f"somebody at the client takes the public half of {key} out of every authorized_keys file on {host}, keeping another way in open meanwhile "
            f"(Systems Manager, Run Command, document AWS-RunShellScript: sed -i.bak '/ {key}$/d' /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys), "
            f"or replaces the instance. A replaced instance is seen by itself; a cleaned one is recorded under exit.decisions in the spec, with who looked"
        )

    def _path(self, reader: Reader, instance: str, name: str, pair: Json) -> AccessPath:
        return AccessPath(
            kind=self.id,
            id=f"{instance}#{name}",
            scope=reader.scope,
            holder=f"whoever has the private half of {name}",
            allows=f"SSH into {instance}",
            clues=(
                *_marks.of_tags(pair.get("Tags")),
                *_marks.of_texts(name),
                *(((Clue.SSH_KEY, str(pair["KeyFingerprint"])),) if pair.get("KeyFingerprint") else ()),
                (Clue.NAME, name),
                (Clue.SHARED_SECRET, f"whoever made key pair {name}, or was given it, may have the private half"),
            ),
            detail={"instance": instance, "key_name": name},
        )


def _instances(reader: Reader) -> Iterator[Json]:
    for group in reader.read("ec2:DescribeInstances"):
        yield from cast("list[Json]", group["Instances"])


def _runs(instance: Json) -> bool:
    return cast("Json", instance.get("State") or {}).get("Name") not in OVER


KIND: Kind = Ec2InstanceKey()
