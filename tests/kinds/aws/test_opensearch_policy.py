from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.opensearch_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("opensearch:CreateDomain", DomainName="records")
    made: dict[str, str] = answer["DomainStatus"]  # type: ignore[assignment]
    return made["ARN"]


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("opensearch:UpdateDomainConfig", DomainName=made.rsplit("/", 1)[-1], AccessPolicies=text)


SEED = PolicySeed(kind=KIND, make=make, put=put, action="es:ESHttp*", denied="es:DescribeDomainConfig", resource=lambda made: f"{made}/*")
"""Nothing in the lab searches a domain, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() == ""


def test_open_to_a_network_is_not_open_to_everybody(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, "*", Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}})))
    (narrow,) = SEED.paths(account)
    assert (Clue.CIDR, "192.0.2.0/24") in narrow.clues
    assert Clue.EVERYONE not in dict(narrow.clues)
    put(account, made, document(SEED.statement(made, "*")))
    (wide,) = SEED.paths(account)
    assert Clue.EVERYONE in dict(wide.clues)


def test_another_statement_of_the_domain_is_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    deny = {"Sid": "NoDeletes", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "es:ESHttpDelete", "Resource": f"{made}/*"}
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]}), deny))
    (path,) = SEED.paths(account)
    SEED.cut(account, path)
    assert SEED.policy(account)["Statement"] == [deny]
