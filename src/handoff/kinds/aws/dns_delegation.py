"""Names below a public zone of the account's that are answered by other name servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _zones
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class DnsDelegation(Item):
    """One NS record set below the top of a zone: whoever runs those servers answers for the name, and gets certificates for it."""

    id = KindId("aws.dns_delegation")
    title = "Delegation of a DNS name to other name servers"
    row = "A31"
    source = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 4
    # Resolvers keep what they have been told for as long as the record set says; two days is Route 53's own figure for NS records.
    lag = Lag(settle_s=60, survives_s=172800, source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html (read 2026-11-22)")
    reads = _zones.READS | {"route53:ListResourceRecordSets"}
    writes = frozenset({"route53:ChangeResourceRecordSets"})
    fences = frozenset({"route53:ChangeResourceRecordSets"})
    creates = frozenset({"aws:route53/record:Record"})
    blind = "Records of other types that lead to somebody else's host (CNAME, alias, A, MX); zones that are not in Route 53; certificates that were issued meanwhile."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every delegation but those to the account's own zones."""
        zones = _zones.public(reader)
        for zone, records in fan.each(lambda zone: (zone, list(reader.read("route53:ListResourceRecordSets", HostedZoneId=zone["Id"]))), zones):
            for record in records:
                servers = _servers(record)
                if record["Type"] != "NS" or record["Name"] == zone["Name"] or servers in _zones.servers(reader, zones, str(record["Name"])):
                    continue
                yield AccessPath(
                    kind=self.id,
                    id=f"{str(zone['Id']).rpartition('/')[2]}#{record['Name']}",
                    scope=reader.scope,
                    holder=f"whoever runs {', '.join(sorted(servers))}",
                    allows=f"answer for {record['Name']} and everything below it",
                    clues=tuple((Clue.DOMAIN, server) for server in sorted(servers)),
                    detail={"zone": zone["Id"], "name": record["Name"]},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The record set, as it is written back."""
        name = path.detail["name"]
        asked = reader.read("route53:ListResourceRecordSets", HostedZoneId=path.detail["zone"], StartRecordName=name, StartRecordType="NS", MaxItems="1")
        record = next(iter(asked), None)
        return record if record and (record["Name"], record["Type"]) == (name, "NS") else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone in full."""
        return f"{path.detail['name']} is no longer delegated, and nothing below it resolves; undone by putting the record set back"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete the record set as it is now."""
        yield _change(writer, path, "DELETE", self.image(writer, path) or before)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put it back."""
        yield _change(writer, path, "UPSERT", before)


def _servers(record: Json) -> frozenset[str]:
    return frozenset(str(one["Value"]).rstrip(".").lower() for one in cast("list[Json]", record.get("ResourceRecords") or []))


def _change(writer: Writer, path: AccessPath, action: str, record: Json) -> Receipt:
    change = {"Action": action, "ResourceRecordSet": record}
    return writer.write("route53:ChangeResourceRecordSets", HostedZoneId=path.detail["zone"], ChangeBatch={"Changes": [change]})


KIND: Kind = DnsDelegation()
