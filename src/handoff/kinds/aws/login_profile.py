"""Console passwords of IAM users."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _means, _people, _sessions
from handoff.model import AccessPath, KindId, Lag, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_POLICY = "HandoffDenyAll"
_DENY = {"Version": "2012-10-17", "Statement": [{"Sid": "HandoffDenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}]}


class LoginProfile:
    """The password with which an IAM user signs in to the console.

    AWS has no switch to disable a password, so disabling denies the user everything by an inline policy, which also ends console sessions
    and whatever else the user can do. Deleting keeps that deny: console sessions last up to 12 hours, and a user who has no password may
    still have keys that another path deals with. The deny goes with the user, or by hand.
    """

    id = KindId("aws.login_profile")
    title = "Console password"
    row = "A1"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(settle_s=_sessions.SETTLE_S, survives_s=12 * 3600, source=_sessions.SOURCE)
    reads = _people.READS | {"iam:GetLoginProfile", "iam:GetUser", "iam:GetUserPolicy"}
    writes = frozenset({"iam:DeleteLoginProfile", "iam:DeleteUserPolicy", "iam:PutUserPolicy"})
    fences = frozenset({"iam:CreateLoginProfile", "iam:UpdateLoginProfile"})
    creates = frozenset({"aws:iam/userLoginProfile:UserLoginProfile"})
    after: frozenset[KindId] = frozenset()
    blind = "The root user's password, and people who sign in through Identity Center or a federation."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user of the account who has a password."""
        profiles = fan.each(lambda user: (user, reader.get("iam:GetLoginProfile", UserName=user["UserName"])), _people.users(reader))
        rights = _means.Rights(reader)
        for user, profile in profiles:
            if profile is None:
                continue
            about = reader.get("iam:GetUser", UserName=user["UserName"])
            yield AccessPath(
                kind=self.id,
                id=f"{user['UserId']}#login-profile",
                scope=reader.scope,
                holder=str(user["Arn"]),
                allows=f"sign in to the console as IAM user {user['UserName']}",
                clues=_people.clues(user),
                detail={
                    "user_name": user["UserName"],
                    "user_id": user["UserId"],
                    "created": _created(profile),
                    "password_last_used": _inner(about, "User").get("PasswordLastUsed") if about else None,
                },
                mints=rights.of(user),
            )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Deny everything, then delete the password."""
        name = path.detail["user_name"]
        return (
            Step(
                verb=Verb.DISABLE,
                reversible=True,
                effect=f"{name} is denied everything, by whatever credential, by the inline policy {_POLICY}; undone by removing that policy",
            ),
            Step(
                verb=Verb.DELETE,
                reversible=False,
                effect=f"the password of {name} is deleted; {_POLICY} stays. A new password can be set, the old one never comes back",
            ),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """When the password was made, and the deny."""
        profile = self._profile(reader, path)
        if profile is None:
            return None
        return {"user_name": path.detail["user_name"], "created": _created(profile), "deny": self._deny(reader, path)}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """One write each."""
        name = path.detail["user_name"]
        if self._profile(writer, path) is None:
            return
        if verb is Verb.DELETE:
            yield writer.write("iam:DeleteLoginProfile", UserName=name, missing_ok=True)
        elif self._deny(writer, path) != _DENY:
            yield writer.write("iam:PutUserPolicy", UserName=name, PolicyName=_POLICY, PolicyDocument=json.dumps(_DENY))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """The deny as it was before: gone, as a rule."""
        name = path.detail["user_name"]
        if before["deny"] is None:
            yield writer.write("iam:DeleteUserPolicy", UserName=name, PolicyName=_POLICY, missing_ok=True)
        else:
            yield writer.write("iam:PutUserPolicy", UserName=name, PolicyName=_POLICY, PolicyDocument=json.dumps(before["deny"]))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """Gone when IAM knows no password for this very user; disabled when the deny stands as written."""
        if self._profile(reader, path) is None:
            return Verdict.GONE
        return Verdict.DISABLED if self._deny(reader, path) == _DENY else Verdict.ALIVE

    def _profile(self, reader: Reader, path: AccessPath) -> Json | None:
        # A user made anew under the old name is another user with another id.
        user = reader.get("iam:GetUser", UserName=path.detail["user_name"])
        if user is None or _inner(user, "User").get("UserId") != path.detail["user_id"]:
            return None
        return reader.get("iam:GetLoginProfile", UserName=path.detail["user_name"])

    def _deny(self, reader: Reader, path: AccessPath) -> object:
        found = reader.get("iam:GetUserPolicy", UserName=path.detail["user_name"], PolicyName=_POLICY)
        return found["PolicyDocument"] if found else None


def _inner(answer: Json, name: str) -> Json:
    inner = answer[name]
    return inner if isinstance(inner, dict) else {}


def _created(profile: Json) -> object:
    return _inner(profile, "LoginProfile").get("CreateDate")


KIND: Kind = LoginProfile()
