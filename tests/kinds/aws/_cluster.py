"""EKS clusters for tests; the lab makes none run, and answers for them all the same."""

from __future__ import annotations

from tests.kinds.aws._account import Account

ROLE = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}


def cluster(account: Account, name: str, mode: str = "API", **more: object) -> None:
    """A cluster without its creator's entry."""
    access = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": False}
    role = account.role(f"eks-{name}", ROLE)
    account.regional.write("eks:CreateCluster", name=name, roleArn=role, resourcesVpcConfig={}, accessConfig=access, **more)
