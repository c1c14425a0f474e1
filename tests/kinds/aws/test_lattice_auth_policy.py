from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.lattice_auth_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("vpc-lattice:CreateService", name="records", authType="AWS_IAM")
    return str(answer["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("vpc-lattice:PutAuthPolicy", resourceIdentifier=made, policy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("vpc-lattice:DeleteAuthPolicy",),
    make=make,
    put=put,
    action="vpc-lattice-svcs:Invoke",
    denied="vpc-lattice:GetAuthPolicy",
    resource=lambda made: f"{made}/*",
)
"""No request goes over a network of the lab, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_networks_are_read_too_and_a_network_of_the_client_narrows_everybody(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _, answer = account.regional.write_for("vpc-lattice:CreateServiceNetwork", name="clinic", authType="AWS_IAM")
    network = str(answer["arn"])
    narrow = {"StringEquals": {"aws:PrincipalOrgID": "o-nimbus"}}
    put(account, network, document(SEED.statement(network, "*", Condition=narrow), SEED.statement(network, {"AWS": FOREIGN[0]})))
    found = {path.holder: path for path in SEED.paths(account)}
    assert found["*"].allows == "vpc-lattice-svcs:Invoke on service network clinic"
    assert found["*"].clues == ((Clue.AWS_ORG, "o-nimbus"),)
    SEED.cut(account, found["*"])
    assert [path.holder for path in SEED.paths(account)] == [FOREIGN[0]]
