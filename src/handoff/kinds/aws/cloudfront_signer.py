"""AWS accounts whose CloudFront key pairs sign for a distribution of the client's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_SELF = "self"
_DEFAULT = "*"


class CloudfrontSigner(Item):
    """One account that one distribution trusts, in whichever of its behaviours. A behaviour is never left without a signer, for then anyone would see its content."""

    id = KindId("aws.cloudfront_signer")
    title = "CloudFront trusted signer (account)"
    row = "A36"
    source = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_TrustedSigners.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    lag = Lag(
        settle_s=900,
        survives_s=0,
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html (read 2026-11-22)",
    )
    reads = frozenset({"cloudfront:GetDistributionConfig", "cloudfront:ListDistributions"})
    writes = frozenset({"cloudfront:UpdateDistribution"})
    fences = frozenset({"cloudfront:CreateDistribution", "cloudfront:UpdateDistribution"})
    creates = frozenset({"aws:cloudfront/distribution:Distribution"})
    blind = "Key pairs of the root user of the account itself (`self`), which its root user alone lists; key groups, which are a kind of their own (aws.cloudfront_key_group)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every account that a behaviour names, but the account itself."""
        for distribution in reader.read("cloudfront:ListDistributions"):
            signers = {account for _, behaviour in _behaviours(distribution) for account in _items(behaviour)} - {_SELF, reader.scope.id}
            for account in sorted(signers):
                yield AccessPath(
                    kind=self.id,
                    id=f"{distribution['Id']}#{account}",
                    scope=reader.scope,
                    holder=account,
                    allows=f"sign addresses and cookies for distribution {distribution['Id']} ({distribution.get('DomainName')})",
                    clues=((Clue.AWS_ACCOUNT, account),),
                    detail={"distribution": distribution["Id"], "account": account},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The behaviours that name the account, and whether each also names the account itself."""
        found = reader.get("cloudfront:GetDistributionConfig", Id=path.detail["distribution"])
        configuration = cast("Json", found["DistributionConfig"]) if found else {}
        named = {pattern: _SELF in _items(one) for pattern, one in _behaviours(configuration) if path.detail["account"] in _items(one)}
        return {"behaviours": named} if named else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Where it is the only signer, the account itself takes its place."""
        return (
            f"account {path.holder} is taken out of the signers of distribution {path.detail['distribution']}; where it is the only one, `self` stands in for it, so that the "
            f"content stays private; undone by putting it back"
        )

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Take it out of every behaviour."""
        account = str(path.detail["account"])
        yield from _write(writer, path, lambda pattern, items: [one for one in items if one != account] or [_SELF] if account in items else items)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put it back where it was, and take out the `self` that stood in for it."""
        account, was = str(path.detail["account"]), cast("dict[str, bool]", before["behaviours"])

        def change(pattern: str, items: list[str]) -> list[str]:
            if pattern not in was or account in items:
                return items
            return [*(one for one in items if one != _SELF or was[pattern]), account]

        yield from _write(writer, path, change)


def _behaviours(distribution: Json) -> Iterator[tuple[str, Json]]:
    if default := distribution.get("DefaultCacheBehavior"):
        yield _DEFAULT, cast("Json", default)
    for one in cast("list[Json]", cast("Json", distribution.get("CacheBehaviors") or {}).get("Items") or []):
        yield str(one["PathPattern"]), one


def _items(behaviour: Json) -> list[str]:
    return [str(one) for one in cast("list[str]", cast("Json", behaviour.get("TrustedSigners") or {}).get("Items") or [])]


def _write(writer: Writer, path: AccessPath, change: Callable[[str, list[str]], list[str]]) -> Iterator[Receipt]:
    found = writer.get("cloudfront:GetDistributionConfig", Id=path.detail["distribution"])
    if found is None:
        return
    configuration = cast("Json", found["DistributionConfig"])

    def changed(pattern: str, behaviour: Json) -> Json:
        items = change(pattern, _items(behaviour))
        return {**behaviour, "TrustedSigners": {"Enabled": bool(items), "Quantity": len(items), **({"Items": items} if items else {})}}

    wanted = {**configuration, "DefaultCacheBehavior": changed(_DEFAULT, cast("Json", configuration["DefaultCacheBehavior"]))}
    others = cast("Json", configuration.get("CacheBehaviors") or {})
    if others.get("Items"):
        wanted["CacheBehaviors"] = {**others, "Items": [changed(str(one["PathPattern"]), one) for one in cast("list[Json]", others["Items"])]}
    yield writer.write("cloudfront:UpdateDistribution", Id=path.detail["distribution"], IfMatch=found["ETag"], DistributionConfig=wanted)


KIND: Kind = CloudfrontSigner()
