"""CloudTrail as a witness: who made a user or role, and from which addresses a key was used.

The event history holds 90 days of management events, region by region; those of IAM are in us-east-1.
source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from itertools import islice
from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.model import AccessPath, Clue

if TYPE_CHECKING:
    from handoff.model import Json, Reader

Found = tuple[Clue, str]

_MAKING = {"CreateUser": "userName", "CreateRole": "roleName"}
_LATEST = 50
"""Events of a key that are looked at: one page, the newest. They are signs of where it is used, never of where it is not."""


class CloudTrail:
    """Asks the event history."""

    reads = frozenset({"cloudtrail:LookupEvents"})

    def explain(self, paths: Iterable[AccessPath], readers: Iterable[Reader]) -> Iterator[tuple[AccessPath, tuple[Found, ...]]]:
        """Further clues for each path that has a user or role of the estate for its holder. Raises like any read; what cannot be asked stays unknown."""
        asked, readers = list(paths), tuple(readers)
        makers = {name: arn for reader in readers for name, arn in _makers(reader)} if asked else {}
        for path in asked:
            name = _name(path.holder)
            made = ((Clue.CREATOR, makers[name]),) if name in makers else ()
            yield path, (*made, *self._addresses(path, readers))

    def _addresses(self, path: AccessPath, readers: Iterable[Reader]) -> tuple[Found, ...]:
        if path.kind != "aws.iam_access_key":
            return ()
        found: dict[str, None] = {}
        for reader in readers:
            for event in islice(_events(reader, "AccessKeyId", path.id), _LATEST):
                address = str(event.get("sourceIPAddress", ""))
                if _is_address(address):
                    found[f"{address}/{ip_address(address).max_prefixlen}"] = None
        return tuple((Clue.CIDR, one) for one in found)


def _makers(reader: Reader) -> Iterator[tuple[str, str]]:
    """`user/NAME` or `role/NAME`, and the ARN of whoever made it."""
    for event_name, field in _MAKING.items():
        for event in _events(reader, "EventName", event_name):
            made = str(_part(event, "requestParameters").get(field, ""))
            who = str(_part(event, "userIdentity").get("arn", ""))
            if made and who and not event.get("errorCode"):
                yield f"{field.removesuffix('Name')}/{made}", who


def _events(reader: Reader, key: str, value: str) -> Iterator[Mapping[str, object]]:
    for item in reader.read("cloudtrail:LookupEvents", LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}]):
        try:
            yield cast("Json", json.loads(str(item["CloudTrailEvent"])))
        except (KeyError, ValueError) as error:
            raise CloudError(f"cloudtrail:LookupEvents: event {item.get('EventId')} is not one") from error


def _name(holder: str) -> str:
    resource = (holder.split(":", 5) + [""] * 6)[5]
    kind, _, path = resource.partition("/")
    return f"{kind}/{path.rsplit('/', 1)[-1]}"


def _part(event: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


WITNESS = CloudTrail()
