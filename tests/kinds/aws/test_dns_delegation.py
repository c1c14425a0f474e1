from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.dns_delegation import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def zone(account: Account, name: str) -> tuple[str, list[str]]:
    """Its id and name servers."""
    answer: Any = account.writer.write_for("route53:CreateHostedZone", Name=name, CallerReference=name)[1]
    return str(answer["HostedZone"]["Id"]), list(answer["DelegationSet"]["NameServers"])


def delegate(account: Account, zone_id: str, name: str, *servers: str) -> None:
    record = {"Name": name, "Type": "NS", "TTL": 300, "ResourceRecords": [{"Value": server} for server in servers]}
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    account.writer.write("route53:ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=changes)


class Seed:
    """Nothing is tried: no server of the lab answers for names."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        top, _ = zone(account, "acme.example")
        _, servers = zone(account, "own.acme.example")
        delegate(account, top, "own.acme.example", *servers)
        delegate(account, top, "shop.acme.example", "ns1.nimbus.example.")
        delegate(account, top, "mail.acme.example", "ns1.post.example.", "ns2.post.example.")
        return seeded(KIND, account, "shop.acme.example", "mail.acme.example", denied="route53:ListResourceRecordSets")


SEED = Seed()


def test_a_zone_of_the_accounts_own_is_no_delegation_until_its_servers_differ(lab_env: Mapping[str, str]) -> None:
    account = Account()
    top, _ = zone(account, "acme.example")
    _, servers = zone(account, "own.acme.example")
    delegate(account, top, "own.acme.example", *servers)
    assert found(KIND, account) == []
    delegate(account, top, "own.acme.example", *servers[:2], "ns1.nimbus.example.")
    path = one(KIND, account, "own.acme.example")
    assert (Clue.DOMAIN, "ns1.nimbus.example") in path.clues
    undo(KIND, account, path, cut(KIND, account, path))
