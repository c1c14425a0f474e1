from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.registered_domain import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import found, one, seeded


def contact(mail: str) -> dict[str, str]:
    return {
        "FirstName": "Jo",
        "LastName": "Doe",
        "ContactType": "PERSON",
        "AddressLine1": "1 Street",
        "City": "Paris",
        "CountryCode": "FR",
        "ZipCode": "75001",
        "PhoneNumber": "+33.123456789",
        "Email": mail,
    }


def register(account: Account, name: str, *, admin: str, tech: str) -> None:
    given = {"AdminContact": contact(admin), "RegistrantContact": contact("own@acme.example"), "TechContact": contact(tech)}
    account.writer.write("route53domains:RegisterDomain", DomainName=name, DurationInYears=2, **given)


class Seed:
    """Nothing is tried: the registry is not the lab's."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        register(account, f"acme{account.id}.com", admin="desk@nimbus.example", tech="tech@acme.example")
        account.writer.write("route53:CreateHostedZone", Name=f"acme{account.id}.com", CallerReference="same name")
        return seeded(KIND, account, "#AdminContact#", "#TechContact#", denied="route53domains:ListDomains")


SEED = Seed()


def test_servers_of_an_own_zone_are_no_path_and_others_are(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = f"acme{account.id}.com"
    register(account, name, admin="desk@acme.example", tech="tech@acme.example")
    zone: Any = account.writer.write_for("route53:CreateHostedZone", Name=name, CallerReference="own")[1]
    servers = zone["DelegationSet"]["NameServers"]
    path = one(KIND, account, "#name servers#")
    assert {clue for clue, _ in path.clues} == {Clue.DOMAIN}
    assert not {server for _, server in path.clues} & set(servers)
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]
    assert KIND.probe(account.writer, path) is Verdict.ALIVE
    account.writer.write("route53domains:UpdateDomainNameservers", DomainName=name, Nameservers=[{"Name": server} for server in servers])
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert all(one.detail["what"] != "name servers" for one in found(KIND, account))
