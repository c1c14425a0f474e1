"""SSH public keys of IAM users, with which CodeCommit lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _people, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SshPublicKey(Item):
    """One public key of one IAM user; the private half may be on any machine."""

    id = KindId("aws.ssh_public_key")
    title = "IAM user's SSH public key (CodeCommit)"
    row = "A5"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSSHPublicKey.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=_sessions.SETTLE_S,
        survives_s=0,
        source="https://hackingthe.cloud/aws/post_exploitation/iam_persistence_eventual_consistency/ (read 2026-11-22)",
    )
    reads = _people.READS | {"iam:GetSSHPublicKey", "iam:ListSSHPublicKeys"}
    writes = frozenset({"iam:DeleteSSHPublicKey", "iam:UpdateSSHPublicKey"})
    fences = frozenset({"iam:UpdateSSHPublicKey", "iam:UploadSSHPublicKey"})
    creates = frozenset({"aws:iam/sshKey:SshKey"})
    blind = "Clones that were made with the key, and keys that CodeCommit does not know."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key of every user."""
        for user, keys in fan.each(lambda user: (user, list(reader.read("iam:ListSSHPublicKeys", UserName=user["UserName"]))), _people.users(reader)):
            for key in keys:
                yield AccessPath(
                    kind=self.id,
                    id=str(key["SSHPublicKeyId"]),
                    scope=reader.scope,
                    holder=str(user["Arn"]),
                    allows=f"reach CodeCommit over SSH as IAM user {user['UserName']}",
                    clues=_people.clues(user),
                    detail={"user_name": user["UserName"], "status": key["Status"]},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Status and fingerprint."""
        answer = reader.get("iam:GetSSHPublicKey", UserName=path.detail["user_name"], SSHPublicKeyId=path.id, Encoding="PEM")
        key = cast("Json", answer["SSHPublicKey"]) if answer else None
        return {"status": key["Status"], "fingerprint": key["Fingerprint"]} if key else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the key's status."""
        return f"SSH key {path.id} of {path.detail['user_name']} is set inactive; undone by setting it active"

    def delete_effect(self, path: AccessPath, /) -> str:
        """An uploaded key gets a new id."""
        return f"SSH key {path.id} is deleted; the same key uploaded again gets another id"

    def is_off(self, state: Json, /) -> bool:
        """Inactive keys are refused."""
        return state["status"] == "Inactive"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Set inactive."""
        yield writer.write("iam:UpdateSSHPublicKey", UserName=path.detail["user_name"], SSHPublicKeyId=path.id, Status="Inactive")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Set active."""
        yield writer.write("iam:UpdateSSHPublicKey", UserName=path.detail["user_name"], SSHPublicKeyId=path.id, Status="Active")

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("iam:DeleteSSHPublicKey", UserName=path.detail["user_name"], SSHPublicKeyId=path.id, missing_ok=True)


KIND: Kind = SshPublicKey()
