from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws import _versions
from handoff.kinds.aws.policy_version import KIND
from handoff.model import Clue, Outcome, Verb
from tests.kinds.aws._account import EVERYTHING, Account, document

LITTLE = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def policy(account: Account, name: str, *versions: list[dict[str, Any]]) -> str:
    """A policy whose last version is in force; its ARN."""
    _, answer = account.writer.write_for("iam:CreatePolicy", PolicyName=name, PolicyDocument=document(*versions[0]))
    made: Any = answer["Policy"]
    for statements in versions[1:]:
        account.writer.write("iam:CreatePolicyVersion", PolicyArn=made["Arn"], PolicyDocument=document(*statements), SetAsDefault=True)
    return str(made["Arn"])


class Seed:
    """An old version works only once somebody has brought it back, which the tests below do; so there is nothing to try beforehand."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = (policy(account, name, EVERYTHING, [LITTLE]) for name in ("nimbus", "acme"))
        account.user("nimbus", may=[], tags={"party": "nimbus"})
        account.role("acme", {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
        account.writer.write("iam:AttachUserPolicy", UserName="nimbus", PolicyArn=bad)
        account.writer.write("iam:AttachRolePolicy", RoleName="acme", PolicyArn=good)
        ids = {path.detail["name"]: path.id for path in KIND.discover(account.writer)}
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=ids["nimbus"],
            bystander_id=ids["acme"],
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:GetAccountAuthorizationDetails"),
        )


SEED = Seed()


def test_after_the_cut_it_cannot_be_brought_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = policy(account, "operators", EVERYTHING, [LITTLE])
    bad = account.user("nimbus", may=[{"Effect": "Allow", "Action": "iam:SetDefaultPolicyVersion", "Resource": arn}], tags={"party": "nimbus"})
    account.writer.write("iam:AttachUserPolicy", UserName="nimbus", PolicyArn=arn)
    (path,) = KIND.discover(account.writer)
    assert (Clue.TAG, "party=nimbus") in path.clues
    assert account.works(bad) == Outcome.REFUSED
    assert account.works(bad, "iam:SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1") == Outcome.WORKED
    assert account.works(bad) == Outcome.WORKED
    account.writer.write("iam:SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v2")
    list(KIND.do(account.writer, path, Verb.DELETE, {}, datetime.now(UTC)))
    assert account.works(bad, "iam:SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1") == Outcome.UNKNOWN
    assert account.works(bad) == Outcome.REFUSED
    assert [version["VersionId"] for version in account.writer.read("iam:ListPolicyVersions", PolicyArn=arn)] == ["v2"]


def test_a_version_that_was_brought_back_meanwhile_is_left_in_force(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = policy(account, "operators", EVERYTHING, [LITTLE])
    (path,) = KIND.discover(account.writer)
    account.writer.write("iam:SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    assert list(KIND.do(account.writer, path, Verb.DELETE, {}, datetime.now(UTC))) == []


def test_old_versions_that_allow_no_more_are_no_path_and_nobodys_policy_is_the_clients(lab_env: Mapping[str, str]) -> None:
    account = Account()
    policy(account, "weaker", [LITTLE], EVERYTHING)
    policy(account, "single", EVERYTHING)
    policy(account, "stronger", EVERYTHING, [LITTLE])
    (path,) = KIND.discover(account.writer)
    assert (path.detail["name"], path.detail["versions"]) == ("stronger", ["v1"])
    assert [clue for clue, _ in path.clues] == [Clue.CLIENT_OWN]


DENY = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
ONE = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme/*"}
OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}


@pytest.mark.parametrize(
    ("old", "force", "more"),
    [
        pytest.param([LITTLE], [LITTLE], False, id="the-same"),
        pytest.param([ONE], [LITTLE], False, id="a-narrower-resource"),
        pytest.param([LITTLE], [ONE], True, id="a-wider-resource"),
        pytest.param([{**LITTLE, "Action": "s3:Get*"}], [{**LITTLE, "Action": "S3:*"}], False, id="a-pattern-inside-a-pattern"),
        pytest.param([{**LITTLE, "Action": "s3:*"}], [{**LITTLE, "Action": "s3:Get*"}], True, id="a-pattern-around-a-pattern"),
        pytest.param([LITTLE], [{**LITTLE, "Condition": OFFICE}], True, id="a-condition-came"),
        pytest.param([{**LITTLE, "Condition": OFFICE}], [LITTLE], False, id="a-condition-went"),
        pytest.param(EVERYTHING, [*EVERYTHING, DENY], True, id="a-deny-came"),
        pytest.param([*EVERYTHING, DENY], EVERYTHING, False, id="a-deny-went"),
        pytest.param([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [LITTLE], True, id="everything-but"),
    ],
)
def test_what_counts_as_more(old: list[dict[str, Any]], force: list[dict[str, Any]], more: bool) -> None:
    assert _versions.may_allow_more({"Statement": old}, {"Statement": force}) is more
