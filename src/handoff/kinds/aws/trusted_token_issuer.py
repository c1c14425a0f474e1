"""Trusted token issuers of Identity Center: whose tokens applications exchange for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _directory
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class TrustedTokenIssuer(Item):
    """One issuer. Whoever runs it can name any user of the identity store in a token, and the applications that trust it take that for true."""

    id = KindId("aws.trusted_token_issuer")
    title = "Identity Center trusted token issuer"
    row = "A14"
    source = "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteTrustedTokenIssuer.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = Lag(
        settle_s=60,
        survives_s=3600,
        source="https://docs.aws.amazon.com/singlesignon/latest/userguide/setuptrustedtokenissuer.html (read 2026-11-22)",
    )
    reads = _directory.READS | {"sso-admin:DescribeTrustedTokenIssuer", "sso-admin:ListTrustedTokenIssuers"}
    writes = frozenset({"sso-admin:DeleteTrustedTokenIssuer"})
    fences = frozenset({"sso:CreateTrustedTokenIssuer", "sso:UpdateTrustedTokenIssuer"})
    creates = frozenset({"aws:ssoadmin/trustedTokenIssuer:TrustedTokenIssuer"})
    blind = f"{_directory.ELSEWHERE} Which applications trust the issuer; tokens that were exchanged before, which live up to an hour."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every issuer of every instance of the region."""
        for instance in _directory.instances(reader):
            issuers = (str(item["TrustedTokenIssuerArn"]) for item in reader.read("sso-admin:ListTrustedTokenIssuers", InstanceArn=instance.arn))
            for arn, issuer in fan.each(lambda arn: (arn, _described(reader, arn)), issuers):
                if issuer is None:
                    continue
                address = _address(issuer)
                yield AccessPath(
                    kind=self.id,
                    id=arn,
                    scope=reader.scope,
                    holder=f"whoever runs {address}",
                    allows="name any user of the identity store to applications that trust the issuer",
                    clues=((Clue.OIDC, f"{address} *"), (Clue.NAME, str(issuer.get("Name", "")))),
                    detail={"name": issuer.get("Name"), "issuer": address},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """All that would be needed to make it anew by hand."""
        issuer = _described(reader, path.id)
        return {"name": issuer.get("Name"), "configuration": issuer.get("TrustedTokenIssuerConfiguration")} if issuer else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Applications know an issuer by its ARN."""
        return f"trusted token issuer {path.detail['name']} is deleted; one made anew has another ARN, which no application knows"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("sso-admin:DeleteTrustedTokenIssuer", TrustedTokenIssuerArn=path.id, missing_ok=True)


def _described(reader: Reader, arn: str) -> Json | None:
    return reader.get("sso-admin:DescribeTrustedTokenIssuer", TrustedTokenIssuerArn=arn)


def _address(issuer: Json) -> str:
    configuration = cast("Json", issuer.get("TrustedTokenIssuerConfiguration") or {})
    return str(cast("Json", configuration.get("OidcJwtConfiguration") or {}).get("IssuerUrl", "")).rstrip("/")


KIND: Kind = TrustedTokenIssuer()
