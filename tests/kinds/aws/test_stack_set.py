from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.stack_set import KIND
from handoff.model import AccessPath, Clue, Verb, Verdict
from tests.kinds.aws._account import REGION, Account

TRUST = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}


def create(account: Account, name: str, *regions: str, **more: object) -> str:
    """Its path's id; with a stack in each region."""
    _, answer = account.regional.write_for("cloudformation:CreateStackSet", StackSetName=name, TemplateBody="{}", **more)
    if regions:
        account.regional.write("cloudformation:CreateStackInstances", StackSetName=name, Accounts=["222222222222"], Regions=list(regions))
    return str(answer["StackSetId"])


class Seed:
    """The lab makes no stacks out of sets, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        role = account.role("AWSCloudFormationStackSetAdministrationRole", TRUST)
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=create(account, "nimbus", REGION, AdministrationRoleARN=role),
            bystander_id=create(account, "acme", REGION, AdministrationRoleARN=role),
            tried=None,
            bystander_tried=None,
            denied=account.denied("cloudformation:ListStackSets"),
        )


SEED = Seed()


def paths(account: Account) -> list[AccessPath]:
    return list(KIND.discover(account.regional))


def test_its_tags_and_its_roles_tell_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    role = account.role("admin", TRUST, tags={"party": "nimbus"})
    create(account, "nimbus", AdministrationRoleARN=role, Tags=[{"Key": "team", "Value": "nimbus"}])
    (path,) = paths(account)
    assert {(Clue.TAG, "party=nimbus"), (Clue.TAG, "team=nimbus"), (Clue.AWS_ACCOUNT, account.id)} <= set(path.clues)
    assert path.holder == role


def test_stacks_are_kept_and_taken_out_one_operation_at_a_time(lab_env: Mapping[str, str]) -> None:
    account = Account()
    create(account, "nimbus", "eu-west-1", "eu-central-1")
    account.regional.write("cloudformation:CreateStackInstances", StackSetName="nimbus", Accounts=["333333333333"], Regions=["eu-central-1"])
    (path,) = paths(account)
    receipts = list(KIND.do(account.regional, path, Verb.DELETE, {}, datetime.now(UTC)))
    assert [receipt.op.split(":")[1] for receipt in receipts] == ["DeleteStackInstances", "DeleteStackInstances", "DeleteStackSet"]
    assert KIND.probe(account.regional, path) is Verdict.GONE


def test_a_set_of_the_organization_is_emptied_by_its_units(lab_env: Mapping[str, str]) -> None:
    account = Account()
    create(account, "nimbus", PermissionModel="SERVICE_MANAGED", AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": True})
    targets = {"OrganizationalUnitIds": ["ou-abcd-12345678"]}
    account.regional.write("cloudformation:CreateStackInstances", StackSetName="nimbus", DeploymentTargets=targets, Regions=[REGION])
    (path,) = paths(account)
    list(KIND.do(account.regional, path, Verb.DELETE, {}, datetime.now(UTC)))
    assert paths(account) == []


def test_a_set_made_anew_under_the_same_name_is_another(lab_env: Mapping[str, str]) -> None:
    account = Account()
    create(account, "nimbus")
    (path,) = paths(account)
    account.regional.write("cloudformation:DeleteStackSet", StackSetName="nimbus")
    create(account, "nimbus")
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert list(KIND.do(account.regional, path, Verb.DELETE, {}, datetime.now(UTC))) == []
    assert len(paths(account)) == 1
