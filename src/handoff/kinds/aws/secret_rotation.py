"""Secrets whose new values are set by a function of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SecretRotation(Item):
    """One secret that a foreign function rotates: it chooses each new value, and so knows it. A function of the account itself is no way in as such."""

    id = KindId("aws.secret_rotation")
    title = "Secret rotated by a function of another account"
    row = "A32"
    source = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 6
    lag = Lag(settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_how.html (read 2026-11-22)")
    reads = frozenset({"secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"})
    writes = frozenset({"secretsmanager:CancelRotateSecret", "secretsmanager:RotateSecret"})
    fences = frozenset({"secretsmanager:RotateSecret", "secretsmanager:UpdateSecret"})
    creates = frozenset({"aws:secretsmanager/secretRotation:SecretRotation"})
    blind = (
        "The value that was set last, which the function knows: it has to be changed by the client. What a function of the account's own does with the values."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every secret that is rotated from elsewhere."""
        arns = (str(secret["ARN"]) for secret in reader.read("secretsmanager:ListSecrets") if secret.get("RotationEnabled"))
        for secret in fan.each(lambda arn: reader.get("secretsmanager:DescribeSecret", SecretId=arn), arns):
            function = str((secret or {}).get("RotationLambdaARN") or "")
            if secret is None or not _ends.is_elsewhere(function, reader.scope.id):
                continue
            yield AccessPath(
                kind=self.id,
                id=f"{secret['ARN']}#{function}",
                scope=reader.scope,
                holder=function,
                allows=f"set the value of secret {secret['Name']}, and know it",
                clues=_ends.of_arn(function),
                detail={"secret": secret["ARN"], "name": secret["Name"], "function": function},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether that function rotates it, and how often."""
        secret = reader.get("secretsmanager:DescribeSecret", SecretId=path.detail["secret"])
        if secret is None or secret.get("RotationLambdaARN") != path.detail["function"]:
            return None
        return {"enabled": bool(secret.get("RotationEnabled")), "rules": secret.get("RotationRules") or {}}

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is rotation itself."""
        return (
            f"{path.detail['name']} is no longer rotated by {path.holder}; undone by rotating it again by the same rules, from the next date on. The value that is in "
            f"it now is known to the function until the client sets another"
        )

    def is_off(self, state: Json, /) -> bool:
        """The function stays named when rotation has ended."""
        return not state["enabled"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """End rotation."""
        yield writer.write("secretsmanager:CancelRotateSecret", SecretId=path.detail["secret"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Begin it again, without rotating at once."""
        given = {"SecretId": path.detail["secret"], "RotationLambdaARN": path.detail["function"], "RotateImmediately": False}
        yield writer.write("secretsmanager:RotateSecret", **given, **({"RotationRules": before["rules"]} if before["rules"] else {}))


KIND: Kind = SecretRotation()
