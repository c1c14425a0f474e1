"""The end of a secret's rotation; the secrets and their rotation are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SecretRotation(StandIn):
    """Ministack switches rotation on and has no call that ends it."""

    service = "secretsmanager"

    def CancelRotateSecret(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The function and the rules stay as they are."""
        from ministack.services import secretsmanager

        _, secret = secretsmanager._resolve(p["SecretId"])
        if not secret:
            raise Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", status=400)
        secret["RotationEnabled"] = False
        return {"ARN": secret["ARN"], "Name": secret["Name"]}

    def resource_of(self, op: str, p: Mapping[str, Any]) -> str:
        """The secret."""
        return str(p["SecretId"]) if str(p["SecretId"]).startswith("arn:") else "*"


STAND_IN = SecretRotation
