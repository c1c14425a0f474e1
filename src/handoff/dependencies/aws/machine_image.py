"""Instances and launch templates that start from an image of another account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning

_AT_ONCE = 100


class MachineImage:
    """A running instance keeps running when its image is gone; a replacement, a scaling group, a recovery in another zone does not start."""

    id = KindId("aws.machine_image")
    title = "Machine image of another account"
    row = "1.5"
    source = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates"})
    blind = "Launch configurations of the older kind, images named through a parameter of SSM, and images whose owner no longer shows them (those are not described any more). Starts are management events: the use is the instance itself."
    replace = "Copy the image into the client's account under a key of the client's, start from the copy once, and point templates and groups at it."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every image of another account that an instance or the default or newest version of a launch template names."""
        users: dict[str, list[tuple[str, str]]] = {}
        for where, image, needs in self._named(reader):
            users.setdefault(image, []).append((where, needs))
        owners = self._owners(reader, sorted(users))
        for image, named in sorted(users.items()):
            owner = owners.get(image, "")
            for where, needs in named if owner.isdigit() and owner != reader.scope.id else ():
                yield _owner.leaning(self.id, reader.scope, what=where, on=image, owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """The instance itself is the use."""
        return iter(())

    def _named(self, reader: Reader) -> Iterator[tuple[str, str, str]]:
        for reservation in reader.read("ec2:DescribeInstances"):
            for one in cast("list[Json]", reservation.get("Instances") or ()):
                if cast("Mapping[str, str]", one.get("State") or {}).get("Name") != "terminated":
                    yield str(one["InstanceId"]), str(one["ImageId"]), f"instance {one['InstanceId']} was started from it"
        templates = (str(one["LaunchTemplateId"]) for one in reader.read("ec2:DescribeLaunchTemplates"))

        def versions(name: str) -> list[Json]:
            return list(reader.read("ec2:DescribeLaunchTemplateVersions", LaunchTemplateId=name, Versions=["$Default", "$Latest"]))

        for found in fan.each(versions, templates):
            for version in found:
                image = str(cast("Json", version.get("LaunchTemplateData") or {}).get("ImageId", ""))
                if image.startswith("ami-"):
                    name = f"{version['LaunchTemplateId']}:{version['VersionNumber']}"
                    yield name, image, f"launch template {version.get('LaunchTemplateName')} version {version['VersionNumber']} starts from it"

    def _owners(self, reader: Reader, images: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for first in range(0, len(images), _AT_ONCE):
            # By a filter: asking for an id that is gone is an error, and no image would be told of.
            wanted = {"Name": "image-id", "Values": images[first : first + _AT_ONCE]}
            for image in reader.read("ec2:DescribeImages", Filters=[wanted], IncludeDeprecated=True):
                found[str(image["ImageId"])] = str(image.get("OwnerId", ""))
        return found


DEPENDENCY: Leaning = MachineImage()
