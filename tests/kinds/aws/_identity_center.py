"""Identity Center of an account of a test's own."""

from __future__ import annotations

from typing import Any

from tests.kinds.aws._account import Account


class IdentityCenter:
    """One instance with its people."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.arn = self._made("sso-admin:CreateInstance", "InstanceArn", Name="acme")
        self.store = next(str(one["IdentityStoreId"]) for one in account.regional.read("sso-admin:ListInstances"))

    def user(self, mail: str) -> str:
        """A user with one mail address."""
        name = {"GivenName": "A", "FamilyName": "B"}
        emails = [{"Value": mail, "Primary": True}]
        return self._made("identitystore:CreateUser", "UserId", IdentityStoreId=self.store, UserName=mail, DisplayName="A B", Name=name, Emails=emails)

    def group(self, name: str, *users: str) -> str:
        """A group with members."""
        group = self._made("identitystore:CreateGroup", "GroupId", IdentityStoreId=self.store, DisplayName=name)
        for user in users:
            self._made("identitystore:CreateGroupMembership", "MembershipId", IdentityStoreId=self.store, GroupId=group, MemberId={"UserId": user})
        return group

    def permission_set(self, name: str) -> str:
        _, answer = self.account.regional.write_for("sso-admin:CreatePermissionSet", InstanceArn=self.arn, Name=name)
        made: Any = answer["PermissionSet"]
        return str(made["PermissionSetArn"])

    def assign(self, permission_set: str, principal: str, kind: str = "USER") -> None:
        named = {"InstanceArn": self.arn, "TargetId": self.account.id, "TargetType": "AWS_ACCOUNT"}
        self.account.regional.write("sso-admin:CreateAccountAssignment", **named, PermissionSetArn=permission_set, PrincipalType=kind, PrincipalId=principal)

    def issuer(self, address: str) -> str:
        configuration = {
            "OidcJwtConfiguration": {
                "IssuerUrl": address,
                "ClaimAttributePath": "email",
                "IdentityStoreAttributePath": "emails.value",
                "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
            }
        }
        return self._made(
            "sso-admin:CreateTrustedTokenIssuer",
            "TrustedTokenIssuerArn",
            InstanceArn=self.arn,
            Name=address.removeprefix("https://").strip("/"),
            TrustedTokenIssuerType="OIDC_JWT",
            TrustedTokenIssuerConfiguration=configuration,
        )

    def _made(self, op: str, name: str, **params: object) -> str:
        return str(self.account.regional.write_for(op, **params)[1][name])
