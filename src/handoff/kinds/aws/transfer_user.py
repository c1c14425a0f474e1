"""Users of Transfer Family servers and the public keys that they sign in with."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class TransferUser(Item):
    """One user that the service itself manages; without a key nobody signs in as it."""

    id = KindId("aws.transfer_user")
    title = "Transfer Family user (SFTP)"
    row = "A34"
    source = "https://docs.aws.amazon.com/transfer/latest/APIReference/API_DeleteSshPublicKey.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # A session that is open goes on until it has been idle for 30 minutes.
    lag = Lag(settle_s=60, survives_s=1800, source="https://docs.aws.amazon.com/transfer/latest/userguide/transfer-file.html (read 2026-11-22)")
    reads = frozenset({"transfer:DescribeUser", "transfer:ListServers", "transfer:ListUsers"})
    writes = frozenset({"transfer:DeleteSshPublicKey", "transfer:DeleteUser", "transfer:ImportSshPublicKey"})
    fences = frozenset({"transfer:CreateAccess", "transfer:CreateUser", "transfer:ImportSshPublicKey", "transfer:UpdateServer", "transfer:UpdateUser"})
    creates = frozenset({"aws:transfer/sshKey:SshKey", "aws:transfer/user:User"})
    blind = "Users whom a directory or an identity provider of its own lets in; AS2 agreements and web apps; who has the private half of a key."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user of every server that keeps its own users."""
        servers = (
            str(one["ServerId"]) for one in reader.read("transfer:ListServers") if one.get("IdentityProviderType", "SERVICE_MANAGED") == "SERVICE_MANAGED"
        )
        named = [(server, str(user["UserName"])) for server in servers for user in reader.read("transfer:ListUsers", ServerId=server)]
        for server, user in fan.each(lambda pair: (pair[0], _user(reader, *pair)), named):
            if user is not None:
                yield AccessPath(
                    kind=self.id,
                    id=str(user["Arn"]),
                    scope=reader.scope,
                    holder=f"user {user['UserName']} of server {server}",
                    allows=f"move files as {user.get('Role', 'no role')} below {user.get('HomeDirectory') or '/'}",
                    clues=(*_clues(user),),
                    detail={"server": server, "user": user["UserName"]},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The keys: they are public."""
        user = _user(reader, str(path.detail["server"]), str(path.detail["user"]))
        return {"keys": sorted(str(key["SshPublicKeyBody"]).strip() for key in _keys(user))} if user else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The switch is the keys."""
        return f"every key of {path.holder} is taken off, so that nobody signs in as it; undone by importing the same keys"

    def delete_effect(self, path: AccessPath, /) -> str:
        """Home, role and policy go with the user."""
        return f"{path.holder} is deleted with its home directory, role and policy settings; the files stay"

    def is_off(self, state: Json, /) -> bool:
        """No key, no sign-in."""
        return not state["keys"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Take off every key that is there."""
        server, user = str(path.detail["server"]), str(path.detail["user"])
        for key in _keys(_user(writer, server, user) or {}):
            yield writer.write("transfer:DeleteSshPublicKey", ServerId=server, UserName=user, SshPublicKeyId=key["SshPublicKeyId"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Import those that are missing."""
        server, user = path.detail["server"], path.detail["user"]
        for body in cast("list[str]", before["keys"]):
            yield writer.write("transfer:ImportSshPublicKey", ServerId=server, UserName=user, SshPublicKeyBody=body)

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("transfer:DeleteUser", ServerId=path.detail["server"], UserName=path.detail["user"], missing_ok=True)


def _user(reader: Reader, server: str, user: str) -> Json | None:
    answer = reader.get("transfer:DescribeUser", ServerId=server, UserName=user)
    return cast("Json", answer["User"]) if answer else None


def _keys(user: Json) -> list[Json]:
    return cast("list[Json]", user.get("SshPublicKeys") or [])


def _clues(user: Json) -> Iterator[tuple[Clue, str]]:
    for key in _keys(user):
        parts = str(key["SshPublicKeyBody"]).split()
        if print_ := _fingerprint(parts[1] if len(parts) > 1 else ""):
            yield Clue.SSH_KEY, print_
        yield from _marks.of_texts(" ".join(parts[2:]))
    yield from _marks.of_tags(user.get("Tags"))
    yield from _marks.of_texts(user["UserName"])
    yield Clue.NAME, str(user["UserName"])


def _fingerprint(body: str) -> str:
    """As ssh-keygen gives it; empty for a body that is no key."""
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error:
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=") if raw else ""


KIND: Kind = TransferUser()
