"""Credentials of IAM users for one service: CodeCommit over HTTPS, Keyspaces, long-term keys of Bedrock and CloudWatch Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _people, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class ServiceCredential(Item):
    """One name and password, or one bearer key, of one IAM user for one service. The listing shows no secret."""

    id = KindId("aws.service_credential")
    title = "Service-specific credential (CodeCommit, Keyspaces, Bedrock key)"
    row = "A6"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=0,
        source="https://hackingthe.cloud/aws/post_exploitation/iam_persistence_eventual_consistency/ (read 2026-11-22)",
    )
    reads = _people.READS | {"iam:GetUser", "iam:ListServiceSpecificCredentials"}
    writes = frozenset({"iam:DeleteServiceSpecificCredential", "iam:UpdateServiceSpecificCredential"})
    fences = frozenset({"iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential", "iam:UpdateServiceSpecificCredential"})
    creates = frozenset({"aws:iam/serviceSpecificCredential:ServiceSpecificCredential"})
    blind = "Short-term Bedrock keys: they are made of a session without any call, end with it within 12 hours, and are cut where the session is (A7)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every credential of every user, for whatever service."""
        listed = fan.each(lambda user: (user, list(reader.read("iam:ListServiceSpecificCredentials", UserName=user["UserName"]))), _people.users(reader))
        for user, credentials in listed:
            for credential in credentials:
                yield AccessPath(
                    kind=self.id,
                    id=str(credential["ServiceSpecificCredentialId"]),
                    scope=reader.scope,
                    holder=str(user["Arn"]),
                    allows=f"use {credential['ServiceName']} as IAM user {user['UserName']}",
                    clues=_people.clues(user),
                    detail={
                        "user_name": user["UserName"],
                        "service": credential["ServiceName"],
                        "status": credential["Status"],
                        "created": credential["CreateDate"],
                        "expires": credential.get("ExpirationDate"),
                    },
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Status; there is no call for one credential."""
        name = path.detail["user_name"]
        if reader.get("iam:GetUser", UserName=name) is None:
            return None
        found = (one for one in reader.read("iam:ListServiceSpecificCredentials", UserName=name) if one["ServiceSpecificCredentialId"] == path.id)
        credential = next(found, None)
        return {"status": credential["Status"], "service": credential["ServiceName"]} if credential else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the credential's status."""
        return f"credential {path.id} of {path.detail['user_name']} for {path.detail['service']} is set inactive; undone by setting it active"

    def delete_effect(self, path: AccessPath, /) -> str:
        """AWS chooses the password, each time a new one."""
        return f"credential {path.id} is deleted; AWS never gives the same one again"

    def is_off(self, state: Json, /) -> bool:
        """Inactive and expired credentials are refused."""
        return state["status"] != "Active"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Set inactive."""
        yield self._set(writer, path, "Inactive")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Set active."""
        yield self._set(writer, path, "Active")

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        name = path.detail["user_name"]
        yield writer.write("iam:DeleteServiceSpecificCredential", UserName=name, ServiceSpecificCredentialId=path.id, missing_ok=True)

    def _set(self, writer: Writer, path: AccessPath, status: str) -> Receipt:
        name = path.detail["user_name"]
        return writer.write("iam:UpdateServiceSpecificCredential", UserName=name, ServiceSpecificCredentialId=path.id, Status=status)


KIND: Kind = ServiceCredential()
