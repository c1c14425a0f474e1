"""Users of Cognito user pools: who can sign in to the client's applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_CUSTOMER = "a user of the client's own application, as far as its mail address says nothing else"


class CognitoUser(Item):
    """One user of one pool; most are the client's own customers, and the mail address tells the provider's people from them."""

    id = KindId("aws.cognito_user")
    title = "Cognito user"
    row = "A34"
    source = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    # Disabling revokes the access tokens; an identity token is valid until it ends, at most a day.
    lag = Lag(
        settle_s=60,
        survives_s=86400,
        source="https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html (read 2026-11-22)",
    )
    reads = frozenset({"cognito-idp:AdminGetUser", "cognito-idp:ListUserPools", "cognito-idp:ListUsers"})
    writes = frozenset({"cognito-idp:AdminDeleteUser", "cognito-idp:AdminDisableUser", "cognito-idp:AdminEnableUser"})
    fences = frozenset(
        {
            "cognito-idp:AdminAddUserToGroup",
            "cognito-idp:AdminCreateUser",
            "cognito-idp:AdminEnableUser",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:CreateIdentityProvider",
            "cognito-idp:CreateUserImportJob",
        }
    )
    creates = frozenset({"aws:cognito/user:User", "aws:cognito/userInGroup:UserInGroup"})
    blind = "Users whose mail address is in no party's domain are taken for the client's own customers, the provider's people with private addresses among them; who comes in through a pool's identity providers and has never done so; identity pools; app clients' secrets."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user of every pool."""
        for pool in reader.read("cognito-idp:ListUserPools", MaxResults=60):
            for user in reader.read("cognito-idp:ListUsers", UserPoolId=pool["Id"]):
                attributes = _attributes(user)
                name = str(user["Username"])
                yield AccessPath(
                    kind=self.id,
                    # The subject is never given again; a name is.
                    id=f"{pool['Id']}#{attributes.get('sub') or name}",
                    scope=reader.scope,
                    holder=f"user {attributes.get('email') or name}",
                    allows=f"sign in to the applications of user pool {pool.get('Name', pool['Id'])}",
                    # Weaker than any mail address in a party's domain.
                    clues=(*_marks.of_texts(attributes.get("email"), name), (Clue.CLIENT_OWN, _CUSTOMER), (Clue.NAME, name)),
                    detail={"pool": pool["Id"], "user": name, "subject": attributes.get("sub", "")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is enabled; somebody else under the same name is none of this path."""
        user = reader.get("cognito-idp:AdminGetUser", UserPoolId=path.detail["pool"], Username=path.detail["user"])
        if user is None or _attributes(user).get("sub", "") != path.detail["subject"]:
            return None
        return {"enabled": bool(user.get("Enabled", True))}

    def disable_effect(self, path: AccessPath, /) -> str:
        """Cognito has a switch."""
        return f"{path.holder} is disabled and its access tokens are revoked; undone by enabling it, the tokens stay revoked"

    def delete_effect(self, path: AccessPath, /) -> str:
        """Subject, password and factors go with it."""
        return f"{path.holder} is deleted; one made anew has another subject, and nothing that the applications kept for the old one is found by it"

    def is_off(self, state: Json, /) -> bool:
        """Disabled users cannot sign in."""
        return not state["enabled"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Disable."""
        yield writer.write("cognito-idp:AdminDisableUser", UserPoolId=path.detail["pool"], Username=path.detail["user"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Enable."""
        yield writer.write("cognito-idp:AdminEnableUser", UserPoolId=path.detail["pool"], Username=path.detail["user"])

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("cognito-idp:AdminDeleteUser", UserPoolId=path.detail["pool"], Username=path.detail["user"], missing_ok=True)


def _attributes(user: Json) -> dict[str, str]:
    listed = cast("list[Json]", user.get("Attributes") or user.get("UserAttributes") or [])
    return {str(one["Name"]): str(one.get("Value") or "") for one in listed}


KIND: Kind = CognitoUser()
