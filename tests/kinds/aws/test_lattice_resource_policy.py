from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.lattice_resource_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("vpc-lattice:CreateServiceNetwork", name="records")
    return str(answer["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("vpc-lattice:PutResourcePolicy", resourceArn=made, policy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("vpc-lattice:DeleteResourcePolicy",),
    make=make,
    put=put,
    action="vpc-lattice:CreateServiceNetworkVpcAssociation",
    denied="vpc-lattice:GetResourcePolicy",
)
"""Nothing in the lab associates networks, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_services_and_resource_configurations_are_read_too(lab_env: Mapping[str, str]) -> None:
    account = Account()
    for op, more in (("CreateService", {}), ("CreateResourceConfiguration", {"type": "SINGLE"})):
        _, answer = account.regional.write_for(f"vpc-lattice:{op}", name="records", **more)
        made = str(answer["arn"])
        put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    what = "vpc-lattice:CreateServiceNetworkVpcAssociation on"
    assert sorted(path.allows for path in SEED.paths(account)) == [f"{what} resource configuration records", f"{what} service records"]
