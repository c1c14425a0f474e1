"""Function URLs: HTTPS addresses of Lambda functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

PUBLIC = "NONE"


class LambdaFunctionUrl(Item):
    """One address of one function or alias. With AuthType NONE nobody has to sign, so it is switched off by asking for signatures."""

    id = KindId("aws.lambda_function_url")
    title = "Lambda function URL"
    row = "A25"
    source = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # AWS gives no figure for function URLs; Lambda's own configuration changes are asked for until they hold, for up to five minutes by the SDK's waiters.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html (read 2026-11-22)")
    reads = frozenset({"lambda:GetFunctionUrlConfig", "lambda:ListFunctionUrlConfigs", "lambda:ListFunctions", "lambda:ListTags"})
    writes = frozenset({"lambda:DeleteFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"})
    fences = frozenset({"lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"})
    creates = frozenset({"aws:lambda/functionUrl:FunctionUrl"})
    blind = (
        "Who calls the address, and a check of the caller that the function's own code may make. "
        "Who may sign for it: see the function's policy. Load balancers and API Gateway routes without authorization in front of a function."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every address of every function."""
        for arn, configs in fan.each(lambda arn: (arn, _configs(reader, arn)), (str(one["FunctionArn"]) for one in reader.read("lambda:ListFunctions"))):
            for config in configs:
                yield self._path(reader, config, _marks.of_tags((reader.get("lambda:ListTags", Resource=arn) or {}).get("Tags")))

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether callers have to sign."""
        config = reader.get("lambda:GetFunctionUrlConfig", **_named(path))
        return {"auth_type": config["AuthType"]} if config and config["FunctionUrl"] == path.detail["url"] else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the authentication type."""
        return f"callers of {path.detail['url']} have to sign with AWS credentials (AuthType AWS_IAM); undone by AuthType NONE"

    def delete_effect(self, path: AccessPath, /) -> str:
        """AWS makes up the address."""
        return f"{path.detail['url']} is deleted; a new one would have another address, so this cannot be undone"

    def is_off(self, state: Json, /) -> bool:
        """Signed calls are IAM's to allow."""
        return state["auth_type"] != PUBLIC

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Ask for signatures."""
        yield writer.write("lambda:UpdateFunctionUrlConfig", **_named(path), AuthType="AWS_IAM")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Ask for none, as before."""
        yield writer.write("lambda:UpdateFunctionUrlConfig", **_named(path), AuthType=before["auth_type"])

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete the address; the function stays."""
        yield writer.write("lambda:DeleteFunctionUrlConfig", **_named(path), missing_ok=True)

    def _path(self, reader: Reader, config: Json, marks: tuple[tuple[Clue, str], ...]) -> AccessPath:
        arn, url, public = str(config["FunctionArn"]), str(config["FunctionUrl"]), config["AuthType"] == PUBLIC
        whose = (Clue.EVERYONE, "anyone who knows the address") if public else (Clue.AWS_ACCOUNT, reader.scope.id)
        return AccessPath(
            kind=self.id,
            id=f"{arn}#{url}",
            scope=reader.scope,
            holder="anyone who knows the address" if public else "whoever the function's policy and IAM let sign",
            allows=f"invoke {arn.split(':function:')[-1]} over HTTPS",
            clues=(whose, *marks),
            detail={"function": arn, "url": url, "auth_type": config["AuthType"]},
        )


def _configs(reader: Reader, arn: str) -> list[Json]:
    return list(reader.read("lambda:ListFunctionUrlConfigs", FunctionName=arn))


def _named(path: AccessPath) -> Json:
    """A function, or a function and its alias."""
    parts = str(path.detail["function"]).split(":")
    return {"FunctionName": ":".join(parts[:7])} | ({"Qualifier": parts[7]} if len(parts) > 7 else {})


KIND: Kind = LambdaFunctionUrl()
