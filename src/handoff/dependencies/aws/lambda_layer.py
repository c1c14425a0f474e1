"""Functions that run with a layer of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning


class LambdaLayer:
    """A layer's code runs inside the function with the function's role; its owner can stop sharing it, and then the function cannot be updated any more."""

    id = KindId("aws.lambda_layer")
    title = "Lambda layer of another account"
    row = "A32"
    source = "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset({"lambda:ListFunctions"})
    blind = "What the layer's code does, published versions other than the newest, and layers that were copied into the function's own package. No log of AWS shows the use of a layer."
    replace = "Publish the layer's content as a layer of the client's own account, from source that was handed over, and point the function at it."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every layer version of another account of every function."""
        for function in reader.read("lambda:ListFunctions"):
            for layer in cast("list[Json]", function.get("Layers") or ()):
                arn = str(layer["Arn"])
                owner = _owner.account_of(arn)
                if owner and owner != reader.scope.id:
                    needs = f"function {function['FunctionName']} runs with it"
                    yield _owner.leaning(self.id, reader.scope, what=str(function["FunctionArn"]), on=arn, owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """No log shows it."""
        return iter(())


DEPENDENCY: Leaning = LambdaLayer()
