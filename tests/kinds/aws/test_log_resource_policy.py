from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.log_resource_policy import KIND, LogResourcePolicy
from handoff.model import Verb
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    account.regional.write("logs:CreateLogGroup", logGroupName="records")
    return f"arn:aws:logs:eu-west-1:{account.id}:log-group:records"


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("logs:PutResourcePolicy", policyName="records", policyDocument=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("logs:DeleteResourcePolicy",),
    make=make,
    put=put,
    action="logs:PutLogEvents",
    denied="logs:DescribeResourcePolicies",
    resource=lambda made: f"{made}:*",
)
"""CloudWatch Logs asks these policies for its own services only, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_under_its_name(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    (path,) = SEED.paths(account)
    whole = SEED.policy(account)
    before = SEED.cut(account, path)
    assert list(LogResourcePolicy().holders(account.regional)) == []
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert SEED.policy(account) == whole
    assert [found.id for found in SEED.paths(account)] == [path.id]


def test_a_log_groups_own_policy_is_changed_and_removed_against_its_revision(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    both = document(SEED.statement(made, {"AWS": list(FOREIGN)}))
    account.regional.write("logs:PutResourcePolicy", resourceArn=made, policyDocument=both)
    first, second = sorted(SEED.paths(account), key=lambda path: path.holder)
    before = SEED.cut(account, first)
    assert [path.id for path in SEED.paths(account)] == [second.id]
    SEED.cut(account, second)
    assert SEED.paths(account) == []
    list(KIND.undo(account.regional, first, Verb.DISABLE, before))
    assert [path.id for path in SEED.paths(account)] == [first.id]
