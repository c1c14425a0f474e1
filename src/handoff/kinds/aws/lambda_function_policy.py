"""Policies of Lambda functions, and of their versions and aliases."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people, _policy
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Verb, Writer


class LambdaFunctionPolicy(ResourcePolicy):
    """One principal of one Allow statement of the policy of one function, version or alias.

    A statement with an id that names one principal is taken out by that id, which no invalid statement beside it can block; everything else, and
    putting back, replaces the document.
    """

    id = KindId("aws.lambda_function_policy")
    title = "Lambda function policy"
    source = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Lambda gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"lambda:GetPolicy", "lambda:ListAliases", "lambda:ListFunctions", "lambda:ListVersionsByFunction"}
    writes = frozenset({"lambda:DeleteResourcePolicy", "lambda:PutResourcePolicy", "lambda:RemovePermission"})
    fences = frozenset({"lambda:AddPermission", "lambda:PutResourcePolicy"})
    creates = frozenset({"aws:lambda/permission:Permission"})
    blind = "Function URLs without sign-in need such a statement and are shown by it; what the function's own code lets in is not seen."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every function of the region, and each of its versions and aliases: they have policies of their own."""
        yield from chain.from_iterable(
            fan.each(lambda function: list(_of_function(reader, str(function["FunctionName"]))), reader.read("lambda:ListFunctions"))
        )

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of exactly this qualifier."""
        answer = reader.get("lambda:GetPolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("lambda:PutResourcePolicy", ResourceArn=held.id, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("lambda:DeleteResourcePolicy", ResourceArn=held.id, missing_ok=True)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """By the statement's id where that takes out nobody else."""
        params = cast("Json", path.detail["params"])
        found = self.read_policy(writer, Held(id=str(path.detail["held"]), name=str(path.detail["name"]), params=params))
        document = _policy.parse(found or {}, where=str(path.detail["held"]))
        rest = _policy.without(document, *(str(path.detail[name]) for name in ("mark", "principal_type", "principal")))
        if len(gone := _policy.sids(document) - _policy.sids(rest)) == 1:
            yield writer.write("lambda:RemovePermission", **params, StatementId=gone.pop(), missing_ok=True)
        else:
            yield from super().do(writer, path, verb, before, at)


def _of_function(reader: Reader, name: str) -> Iterator[Held]:
    yield _of(reader, name)
    for version in reader.read("lambda:ListVersionsByFunction", FunctionName=name):
        if version["Version"] != "$LATEST":
            yield _of(reader, name, str(version["Version"]))
    for alias in reader.read("lambda:ListAliases", FunctionName=name):
        yield _of(reader, name, str(alias["Name"]))


def _of(reader: Reader, name: str, qualifier: str = "") -> Held:
    arn = f"arn:aws:lambda:{reader.scope.region}:{reader.scope.id}:function:{name}"
    if not qualifier:
        return Held(id=arn, name=f"function {name}", params={"FunctionName": name})
    return Held(id=f"{arn}:{qualifier}", name=f"function {name}:{qualifier}", params={"FunctionName": name, "Qualifier": qualifier})


KIND: Kind = LambdaFunctionPolicy()
