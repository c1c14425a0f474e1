"""Functions and tasks that run an image out of another account's registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning


class ContainerImage:
    """Whoever owns the registry decides what the next task runs, and whether there is a next one."""

    id = KindId("aws.container_image")
    title = "Container image of another account's registry"
    row = "A32"
    source = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "lambda:GetFunction", "lambda:ListFunctions"})
    blind = "Images that workloads of EKS pull, images of registries outside AWS, and task definitions that are not active. No log of the client's account shows a pull from another account."
    replace = "Copy the image with its digest into a registry of the client's, compare the digests, and point the function or task at the copy."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every image of every function and of every active task definition."""
        packed = (one for one in reader.read("lambda:ListFunctions") if one.get("PackageType") == "Image")
        for function, answer in fan.each(lambda one: (one, reader.get("lambda:GetFunction", FunctionName=one["FunctionArn"])), packed):
            image = str(cast("Json", (answer or {}).get("Code") or {}).get("ImageUri", ""))
            yield from self._found(reader, str(function["FunctionArn"]), image, f"function {function['FunctionName']} runs it")
        names = (str(one["taskDefinitionArns"]) for one in reader.read("ecs:ListTaskDefinitions", status="ACTIVE"))
        for name, answer in fan.each(lambda one: (one, reader.get("ecs:DescribeTaskDefinition", taskDefinition=one)), names):
            for container in cast("list[Json]", cast("Json", (answer or {}).get("taskDefinition") or {}).get("containerDefinitions") or ()):
                yield from self._found(reader, name, str(container.get("image", "")), f"container {container.get('name')} of {name.rsplit('/', 1)[-1]} runs it")

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """No log shows it."""
        return iter(())

    def _found(self, reader: Reader, what: str, image: str, needs: str) -> Iterator[Dependency]:
        owner = _owner.registry_of(image)
        if owner and owner != reader.scope.id:
            yield _owner.leaning(self.id, reader.scope, what=what, on=image, owner=owner, needs=needs)


DEPENDENCY: Leaning = ContainerImage()
