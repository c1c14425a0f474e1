"""The identity source of Identity Center: whoever runs it signs in as anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _directory
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader


class SsoIdentitySource(Item):
    """One instance's source: its own directory, an external identity provider or a directory service. No public call tells which, or whose."""

    id = KindId("aws.sso_identity_source")
    title = "Identity Center identity source"
    row = "A14"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = Lag(settle_s=60, survives_s=12 * 3600, source=_directory.LAG_SOURCE)
    reads = _directory.READS | {"identitystore:ListUsers"}
    writes: frozenset[str] = frozenset()
    fences = frozenset(
        {
            "sso-directory:EnableExternalIdPConfigurationForDirectory",
            "sso-directory:UpdateExternalIdPConfigurationForDirectory",
            "sso-directory:CreateBearerToken",
            "sso:AssociateDirectory",
            "sso:CreateInstance",
        }
    )
    creates: frozenset[str] = frozenset()
    blind = f"{_directory.ELSEWHERE} Which identity provider signs people in, and who has the token with which it hands users over: the console shows it."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """One for each instance of the region."""
        for instance in _directory.instances(reader):
            people = _directory.users(reader, instance.store).values()
            issuers = sorted({str(one["Issuer"]) for user in people for one in cast("list[Json]", user.get("ExternalIds") or [])})
            yield AccessPath(
                kind=self.id,
                id=f"{instance.arn}#identity-source",
                scope=reader.scope,
                holder=f"whoever runs the identity source of {instance.arn}",
                allows="sign in as any user of Identity Center",
                clues=((Clue.SHARED_SECRET, "AWS does not tell by call which identity provider signs people in"), *((Clue.NAME, one) for one in issuers)),
                detail={"instance": instance.arn, "store": instance.store, "issuers": issuers},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The instance, as long as it is there."""
        there = any(instance.arn == path.detail["instance"] for instance in _directory.instances(reader))
        return {"instance": path.detail["instance"]} if there else None

    def manual_effect(self, path: AccessPath, /) -> str:
        """The console is the only place."""
        return (
            f"the client opens Settings, Identity source of {path.detail['instance']}, sees to it that the identity provider is its own, replaces its metadata and "
            f"certificate where the provider ran it and makes new tokens for automatic provisioning; no call shows this, so the client writes the outcome down as a "
            f"decision of the spec"
        )


KIND: Kind = SsoIdentitySource()
