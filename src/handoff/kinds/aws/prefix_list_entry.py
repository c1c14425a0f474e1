"""Prefix lists of the account: named sets of addresses that rules and routes refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.errors import CloudError
from handoff.kinds.aws import _ec2, _marks, _ranges
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class PrefixListEntry(Item):
    """One range on one list of the account's. Every rule that refers to the list lets it in."""

    id = KindId("aws.prefix_list_entry")
    title = "Prefix list entry"
    row = "A30"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/work-with-cust-managed-prefix-lists.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 4
    lag = _ec2.LAG
    reads = frozenset({"ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"})
    writes = frozenset({"ec2:ModifyManagedPrefixList"})
    fences = frozenset({"ec2:CreateManagedPrefixList", "ec2:ModifyManagedPrefixList", "ec2:RestoreManagedPrefixListVersion"})
    creates = frozenset({"aws:ec2/managedPrefixList:ManagedPrefixList", "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"})
    blind = (
        "Whether a rule or route refers to the list, tracked connections (see security group rules), and earlier versions that somebody may restore. "
        "Lists of other accounts: a rule that refers to one is a path of its own."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every entry of every list of the account."""
        own = (one for one in reader.read("ec2:DescribeManagedPrefixLists") if one.get("OwnerId") == reader.scope.id)
        for listed, entries in fan.each(lambda one: (one, list(_entries(reader, str(one["PrefixListId"])))), own):
            for entry in entries:
                cidr = str(entry["Cidr"])
                yield AccessPath(
                    kind=self.id,
                    id=f"{listed['PrefixListArn']}#{cidr}",
                    scope=reader.scope,
                    holder=cidr,
                    allows=f"whatever the rules that name prefix list {listed.get('PrefixListName')} let in",
                    clues=(
                        _ranges.clue(_ranges.parse(cidr, where=str(listed["PrefixListId"]))),
                        *_marks.of_texts(entry.get("Description")),
                        *_marks.of_tags(listed.get("Tags")),
                    ),
                    detail={"list": listed["PrefixListId"], "name": listed.get("PrefixListName"), "cidr": cidr},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The entry and what is said of it."""
        if self._list(reader, path) is None:
            return None
        found = (one for one in _entries(reader, str(path.detail["list"])) if one["Cidr"] == path.detail["cidr"])
        return next(({"description": one.get("Description") or ""} for one in found), None)

    def disable_effect(self, path: AccessPath, /) -> str:
        """An entry can be put back."""
        return f"{path.detail['cidr']} is taken off prefix list {path.detail['name']}; undone by putting it back. Open connections stay until they end"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """A new version of the list, without the entry."""
        yield self._modify(writer, path, RemoveEntries=[{"Cidr": path.detail["cidr"]}])

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """A new version of the list, with the entry."""
        said = {"Description": before["description"]} if before["description"] else {}
        yield self._modify(writer, path, AddEntries=[{"Cidr": path.detail["cidr"], **said}])

    def _modify(self, writer: Writer, path: AccessPath, **change: object) -> Receipt:
        """The version that was read goes along, so that a change of somebody else's in between is refused and not lost."""
        listed = self._list(writer, path) or {}
        if str(listed.get("State")).endswith("-in-progress"):
            raise CloudError(f"prefix list {path.detail['list']} is still being changed", hint="Wait a minute and run it again: it goes on where it was.")
        return writer.write("ec2:ModifyManagedPrefixList", PrefixListId=path.detail["list"], CurrentVersion=listed.get("Version"), **change)

    def _list(self, reader: Reader, path: AccessPath) -> Json | None:
        answer = reader.get("ec2:DescribeManagedPrefixLists", PrefixListIds=[path.detail["list"]]) or {}
        return next(iter(cast("list[Json]", answer.get("PrefixLists") or ())), None)


def _entries(reader: Reader, prefix_list: str) -> Iterator[Json]:
    return reader.read("ec2:GetManagedPrefixListEntries", PrefixListId=prefix_list)


KIND: Kind = PrefixListEntry()
