from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.opensearch_vpc_endpoint_access import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed

SERVICE = "application.opensearchservice.amazonaws.com"


def make(account: Account, name: str = "records", *, inside: bool = True) -> str:
    _, network = account.regional.write_for("ec2:CreateVpc", CidrBlock="10.0.0.0/16")
    _, subnet = account.regional.write_for("ec2:CreateSubnet", VpcId=network["Vpc"]["VpcId"], CidrBlock="10.0.1.0/24")  # type: ignore[index]
    where = {"VPCOptions": {"SubnetIds": [subnet["Subnet"]["SubnetId"]]}} if inside else {}  # type: ignore[index]
    account.regional.write("opensearch:CreateDomain", DomainName=name, **where)
    return name


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("opensearch:AuthorizeVpcEndpointAccess", DomainName=made, Account=member)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="es:ListVpcEndpointAccess")
"""Nothing in the lab makes endpoints, so no try."""


def test_a_service_comes_back_with_its_options(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    options = {"SupportedRegions": ["eu-west-1"]}
    account.regional.write("opensearch:AuthorizeVpcEndpointAccess", DomainName=made, Service=SERVICE, ServiceOptions=options)
    add(account, made, KEPT)
    path = SEED.paths(account)[SERVICE]
    assert path.clues == ((Clue.AWS_SERVICE, SERVICE),)
    before = SEED.cut(account, path)
    assert list(SEED.paths(account)) == [KEPT]
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before == {"type": "AWS_SERVICE", "options": options}


def test_domains_without_a_vpc_are_not_asked(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT)
    make(account, "open", inside=False)
    assert list(SEED.paths(account)) == [CUT]
    account.regional.write("opensearch:DeleteDomain", DomainName="records")
    assert KIND.probe(account.regional, found[CUT]) is Verdict.GONE
