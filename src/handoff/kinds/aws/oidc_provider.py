"""OpenID Connect providers that the account takes tokens from."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# Issuers that sign for many customers: that one is known here lets in nobody; the subject in a role's trust does.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html (read 2026-11-22)
_SHARED = (
    "accounts.google.com",
    "agent.buildkite.com",
    "api.bitbucket.org",
    "app.terraform.io",
    "api.pulumi.com/oidc",
    "circleci.com",
    "gitlab.com",
    "oidc.circleci.com",
    "oidc.codefresh.io",
    "oidc.vercel.com",
    "token.actions.githubusercontent.com",
    "vstoken.dev.azure.com",
)


class OidcProvider(Item):
    """One issuer as such. Who comes in through it is decided by the trusts of roles (A8); whoever runs the issuer can sign as any subject."""

    id = KindId("aws.oidc_provider")
    title = "OpenID Connect provider"
    row = "A9"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(settle_s=_sessions.SETTLE_S, survives_s=12 * 3600, source=_sessions.SOURCE)
    reads = frozenset({"iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"})
    writes = frozenset({"iam:DeleteOpenIDConnectProvider"})
    fences = frozenset(
        {
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:CreateOpenIDConnectProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
        }
    )
    creates = frozenset({"aws:iam/openIdConnectProvider:OpenIdConnectProvider"})
    after = frozenset({KindId("aws.role_trust")})
    blind = (
        "Issuers that AWS knows by itself (Google, Facebook, Amazon, Cognito), which need no entry; sessions that tokens of the issuer began, which A8 cuts."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every issuer that is registered."""
        arns = (str(item["Arn"]) for item in reader.read("iam:ListOpenIDConnectProviders"))
        for arn, provider in fan.each(lambda arn: (arn, reader.get("iam:GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)), arns):
            if provider is None:
                continue
            issuer = str(provider["Url"]).removeprefix("https://").rstrip("/")
            yield AccessPath(
                kind=self.id,
                # The ARN is made of the address, so an entry made anew has the same.
                id=f"{arn}#{provider.get('CreateDate', '')}",
                scope=reader.scope,
                holder=f"whoever runs https://{issuer}",
                allows="sign tokens with which roles that trust the issuer are assumed",
                clues=tuple(_clues(issuer, provider)),
                detail={"arn": arn, "issuer": issuer, "created": provider.get("CreateDate"), "audiences": provider.get("ClientIDList", [])},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """All that would be needed to make it anew by hand."""
        provider = reader.get("iam:GetOpenIDConnectProvider", OpenIDConnectProviderArn=path.detail["arn"])
        if provider is None or provider.get("CreateDate") != path.detail["created"]:
            return None
        return {name: provider.get(name) for name in ("Url", "ClientIDList", "ThumbprintList", "Tags")}

    def delete_effect(self, path: AccessPath, /) -> str:
        """The trusts that name it are cut before, one by one, and can be undone there."""
        return f"issuer {path.detail['issuer']} is deleted; it is not made anew by an undo, for the trusts that name it are gone by then"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("iam:DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=path.detail["arn"], missing_ok=True)


def _clues(issuer: str, provider: Json) -> Iterator[tuple[Clue, str]]:
    for tag in cast("list[Json]", provider.get("Tags") or []):
        yield Clue.TAG, f"{tag['Key']}={tag['Value']}"
    if issuer.split("/")[0] in _SHARED or issuer in _SHARED:
        yield Clue.CLIENT_OWN, f"{issuer} signs for many customers: registering it lets in nobody, each role's trust does"
    else:
        yield Clue.OIDC, f"https://{issuer} *"


KIND: Kind = OidcProvider()
