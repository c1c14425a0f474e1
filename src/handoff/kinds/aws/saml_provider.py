"""SAML identity providers that the account takes assertions from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _saml, _sessions
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# Identity Center makes this one itself in each account and makes it anew when it is missing.
# source: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html (read 2026-11-22)
_IDENTITY_CENTER = ":saml-provider/AWSSSO_"


class SamlProvider(Item):
    """One issuer as such. Which roles its assertions open is decided by the trusts of roles (A8); whoever has its key can assert anybody."""

    id = KindId("aws.saml_provider")
    title = "SAML identity provider"
    row = "A10"
    source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSAMLProvider.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    lag = Lag(settle_s=_sessions.SETTLE_S, survives_s=12 * 3600, source=_sessions.SOURCE)
    reads = frozenset({"iam:GetSAMLProvider", "iam:ListSAMLProviders"})
    writes = frozenset({"iam:DeleteSAMLProvider"})
    fences = frozenset({"iam:CreateSAMLProvider", "iam:UpdateSAMLProvider"})
    creates = frozenset({"aws:iam/samlProvider:SamlProvider"})
    after = frozenset({KindId("aws.role_trust")})
    blind = "Further certificates that the metadata lists beside the first; sessions that assertions began, which A8 cuts; who holds the issuer's key."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every issuer that is registered."""
        arns = (str(item["Arn"]) for item in reader.read("iam:ListSAMLProviders"))
        for arn, provider in fan.each(lambda arn: (arn, reader.get("iam:GetSAMLProvider", SAMLProviderArn=arn)), arns):
            if provider is None:
                continue
            entity = _saml.entity(provider.get("SAMLMetadataDocument"))
            yield AccessPath(
                kind=self.id,
                # The ARN is made of the name, so an entry made anew has the same.
                id=f"{arn}#{provider.get('CreateDate', '')}",
                scope=reader.scope,
                holder=f"whoever signs for {entity}" if entity else f"whoever signs for {arn}",
                allows="sign assertions with which roles that trust the issuer are assumed",
                clues=tuple(_clues(arn, entity, provider)),
                detail={"arn": arn, "entity": entity, "created": provider.get("CreateDate"), "valid_until": provider.get("ValidUntil")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The metadata's digest and the tags."""
        provider = reader.get("iam:GetSAMLProvider", SAMLProviderArn=path.detail["arn"])
        if provider is None or provider.get("CreateDate") != path.detail["created"]:
            return None
        digest = hashlib.sha256(str(provider.get("SAMLMetadataDocument", "")).encode()).hexdigest()
        return {"arn": path.detail["arn"], "metadata_sha256": digest, "tags": provider.get("Tags")}

    def delete_effect(self, path: AccessPath, /) -> str:
        """The trusts that name it are cut before, one by one, and can be undone there."""
        return f"SAML issuer {path.detail['arn']} is deleted; it is not made anew by an undo, for the trusts that name it are gone by then"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("iam:DeleteSAMLProvider", SAMLProviderArn=path.detail["arn"], missing_ok=True)


def _clues(arn: str, entity: str | None, provider: Json) -> Iterator[tuple[Clue, str]]:
    for tag in cast("list[Json]", provider.get("Tags") or []):
        yield Clue.TAG, f"{tag['Key']}={tag['Value']}"
    if _IDENTITY_CENTER in arn:
        yield Clue.AWS_SERVICE, "sso.amazonaws.com"
    elif entity:
        yield Clue.SAML, entity
    yield Clue.NAME, arn.rsplit("/", 1)[-1]


KIND: Kind = SamlProvider()
