from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ec2_serial_console import KIND
from handoff.model import AccessPath, Scope, ScopeType, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, paths


class Seed:
    """A region has one such setting, so there is no bystander. Nothing is tried: what the console leads to are hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.regional.write("ec2:EnableSerialConsoleAccess")
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=f"arn:aws:ec2:eu-west-1:{account.id}:serial-console-access",
            bystander_id=None,
            tried=None,
            bystander_tried=None,
            denied=account.denied("ec2:GetSerialConsoleAccessStatus"),
        )


SEED = Seed()


def test_off_is_no_path_and_other_regions_are_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    assert paths(KIND, account) == {}
    far = account.cloud.open(Scope(type=ScopeType.AWS_REGION, id=account.id, region="eu-central-1"), account.root)
    for writer in (account.regional, far):
        writer.write("ec2:EnableSerialConsoleAccess")
    (path,) = paths(KIND, account).values()
    cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert len(list(KIND.discover(far))) == 1


def test_where_the_organization_decides_a_person_has_to() -> None:
    scope = Scope(type=ScopeType.AWS_REGION, id="111111111111", region="eu-west-1")
    path = AccessPath(kind=KIND.id, id="console", scope=scope, holder="-", allows="-", detail={"managed_by": "declarative-policy"})
    (step,) = KIND.steps(path)
    assert (step.verb, step.reversible) == (Verb.MANUAL, False)
