from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.s3_access_grant import KIND
from handoff.model import AccessPath, Clue, Verb
from tests.kinds.aws._account import Account

TRUST = {"Effect": "Allow", "Principal": {"Service": "access-grants.s3.amazonaws.com"}, "Action": "sts:AssumeRole"}


def location(account: Account) -> str:
    account.regional.write("s3control:CreateAccessGrantsInstance", AccountId=account.id)
    _, answer = account.regional.write_for(
        "s3control:CreateAccessGrantsLocation", AccountId=account.id, LocationScope="s3://records/", IAMRoleArn=account.role("grants", TRUST)
    )
    return str(answer["AccessGrantsLocationId"])


def grant(account: Account, where: str, who: str, type_: str = "IAM") -> str:
    _, answer = account.regional.write_for(
        "s3control:CreateAccessGrant",
        AccountId=account.id,
        AccessGrantsLocationId=where,
        AccessGrantsLocationConfiguration={"S3SubPrefix": "reports/*"},
        Grantee={"GranteeType": type_, "GranteeIdentifier": who},
        Permission="READWRITE",
    )
    return str(answer["AccessGrantArn"])


class Seed:
    """The lab vends no credentials for a grant, so no try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        where = location(account)
        account.writer.write("iam:CreateUser", UserName="nimbus", Tags=[{"Key": "owner", "Value": "nimbus"}])
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=grant(account, where, f"arn:aws:iam::{account.id}:user/nimbus"),
            bystander_id=grant(account, where, f"arn:aws:iam::{account.id}:role/grants"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("s3:ListAccessGrants"),
        )


SEED = Seed()


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.id: path for path in KIND.discover(account.regional)}


def test_a_region_without_an_instance_has_no_grant(lab_env: Mapping[str, str]) -> None:
    account = Account()
    assert paths(account) == {}
    location(account)
    assert paths(account) == {}


def test_the_tags_of_a_grantee_and_the_id_of_a_directory_user_are_clues(lab_env: Mapping[str, str]) -> None:
    account = Account()
    where = location(account)
    account.writer.write("iam:CreateUser", UserName="nimbus", Tags=[{"Key": "owner", "Value": "nimbus"}])
    arn = f"arn:aws:iam::{account.id}:user/nimbus"
    by_iam, by_directory = grant(account, where, arn), grant(account, where, "c3a1", "DIRECTORY_USER")
    found = paths(account)
    assert (Clue.TAG, "owner=nimbus") in found[by_iam].clues
    assert found[by_directory].clues == ((Clue.NAME, "DIRECTORY_USER c3a1"),)
    assert found[by_iam].allows == "READWRITE on s3://records/reports/*"


def test_a_grant_is_deleted_for_good_and_what_it_vended_is_said_to_live_on(lab_env: Mapping[str, str]) -> None:
    account = Account()
    where = location(account)
    first, other = (grant(account, where, f"arn:aws:iam::{number}:root") for number in ("222222222222", "333333333333"))
    path = paths(account)[first]
    (step,) = KIND.steps(path)
    assert (step.verb, step.reversible) == (Verb.DELETE, False)
    assert "twelve hours" in step.effect
    list(KIND.do(account.regional, path, Verb.DELETE, {}, datetime.now(UTC)))
    assert set(paths(account)) == {other}
    assert grant(account, where, path.holder) != first
