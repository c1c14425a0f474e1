"""Public keys of CloudFront key groups: whoever has the private half signs addresses and cookies that open private content."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Step, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class CloudfrontKeyGroup(Item):
    """One key of one group. The last key of a group is a person's to replace: without any, nobody at all signs."""

    id = KindId("aws.cloudfront_key_group")
    title = "CloudFront signer (key group)"
    row = "A36"
    source = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateKeyGroup.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 5
    # A change is at every edge within minutes; an address that was signed before is refused from then on, whatever its end.
    lag = Lag(
        settle_s=900,
        survives_s=0,
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html (read 2026-11-22)",
    )
    reads = frozenset({"cloudfront:GetKeyGroup", "cloudfront:ListKeyGroups", "cloudfront:ListPublicKeys"})
    writes = frozenset({"cloudfront:UpdateKeyGroup"})
    fences = frozenset({"cloudfront:CreateKeyGroup", "cloudfront:CreatePublicKey", "cloudfront:UpdateDistribution", "cloudfront:UpdateKeyGroup"})
    creates = frozenset({"aws:cloudfront/keyGroup:KeyGroup", "aws:cloudfront/publicKey:PublicKey"})
    blind = (
        "Who has a private key; which distributions use the group; content that was fetched already; presigned addresses of S3 (they end with their signer)."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every key of every group."""
        keys: dict[str, Json] | None = None
        for summary in reader.read("cloudfront:ListKeyGroups"):
            keys = {str(key["Id"]): key for key in reader.read("cloudfront:ListPublicKeys")} if keys is None else keys
            group = cast("Json", summary["KeyGroup"])
            listed = _listed(group)
            for key in listed:
                yield self._path(reader, group, key, keys.get(key, {}), is_only=len(listed) == 1)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the key out, unless it is the only one."""
        key, group = path.detail["key"], path.detail["name"]
        if path.detail["only"]:
            what = f"the client makes a key pair of its own and puts its public half into key group {group} (cloudfront CreatePublicKey, UpdateKeyGroup) in place of {key}"
            return (Step(verb=Verb.MANUAL, reversible=False, effect=f"{what}, which is the only one in it; the group then names {key} no more"),)
        effect = f"key {key} is taken out of key group {group}, and what it signed is refused; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The key, while the group names it."""
        found = _group(reader, path)
        return {"key": path.detail["key"]} if found and path.detail["key"] in _listed(cast("Json", found["KeyGroup"])) else None

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Take it out; CloudFront refuses a group without any key."""
        yield from self._write(writer, path, lambda listed: [key for key in listed if key != path.detail["key"]])

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put it back."""
        yield from self._write(writer, path, lambda listed: [*listed, str(path.detail["key"])])

    def _write(self, writer: Writer, path: AccessPath, change: Callable[[list[str]], list[str]]) -> Iterator[Receipt]:
        found = _group(writer, path)
        if found is None:
            return
        group = cast("Json", found["KeyGroup"])
        configuration = {**cast("Json", group["KeyGroupConfig"]), "Items": change(_listed(group))}
        yield writer.write("cloudfront:UpdateKeyGroup", Id=group["Id"], IfMatch=found["ETag"], KeyGroupConfig=configuration)

    def _path(self, reader: Reader, group: Json, key: str, about: Json, *, is_only: bool) -> AccessPath:
        name = str(cast("Json", group["KeyGroupConfig"])["Name"])
        called = str(about.get("Name") or key)
        return AccessPath(
            kind=self.id,
            id=f"{group['Id']}#{key}",
            scope=reader.scope,
            holder=f"whoever has the private key of {called}",
            allows=f"sign addresses and cookies for what key group {name} protects",
            clues=(
                *_marks.of_texts(called, about.get("Comment")),
                (Clue.SHARED_SECRET, f"whoever made the key pair of {called} may have its private half"),
                (Clue.NAME, called),
            ),
            detail={"group": group["Id"], "name": name, "key": key, "only": is_only},
        )


def _group(reader: Reader, path: AccessPath) -> Json | None:
    return reader.get("cloudfront:GetKeyGroup", Id=path.detail["group"])


def _listed(group: Json) -> list[str]:
    return [str(key) for key in cast("list[str]", cast("Json", group["KeyGroupConfig"]).get("Items") or [])]


KIND: Kind = CloudfrontKeyGroup()
