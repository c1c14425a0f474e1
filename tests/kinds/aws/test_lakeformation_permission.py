from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import AccessDenied
from handoff.kinds.aws.lakeformation_permission import KIND
from handoff.model import AccessPath, Clue, Verb, Verdict
from tests.kinds.aws._account import Account

DATABASE = {"Database": {"Name": "records"}}


def grant(account: Account, who: str, *permissions: str, resource: Any = DATABASE, hand_on: tuple[str, ...] = ()) -> None:
    account.regional.write(
        "lakeformation:GrantPermissions",
        Principal={"DataLakePrincipalIdentifier": who},
        Resource=resource,
        Permissions=list(permissions),
        PermissionsWithGrantOption=list(hand_on),
    )


def administrators(account: Account, *who: str) -> None:
    account.regional.write("lakeformation:PutDataLakeSettings", DataLakeSettings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": one} for one in who]})


class Seed:
    """Nothing in the lab asks Lake Formation before it reads a table, so no try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        administrators(account)
        own = account.role("own", {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"})
        account.writer.write("iam:CreateUser", UserName="own")
        grant(account, own, "DESCRIBE")
        grant(account, f"arn:aws:iam::{account.id}:user/own", "DESCRIBE")
        grant(account, "222222222222", "DESCRIBE", "CREATE_TABLE", hand_on=("DESCRIBE",))
        grant(account, "333333333333", "DESCRIBE")
        ids = {path.holder: path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids["222222222222"],
            bystander_id=ids["333333333333"],
            tried=None,
            bystander_tried=None,
            denied=account.denied("lakeformation:ListPermissions"),
        )


SEED = Seed()


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.holder: path for path in KIND.discover(account.regional)}


def test_who_holds_what_on_what(lab_env: Mapping[str, str]) -> None:
    account = Account()
    administrators(account)
    grant(account, "222222222222", "DESCRIBE", hand_on=("DESCRIBE",))
    grant(account, "IAM_ALLOWED_PRINCIPALS", "ALL")
    found = paths(account)
    assert found["222222222222"].clues == ((Clue.AWS_ACCOUNT, "222222222222"),)
    assert found["222222222222"].mints == ("lakeformation:GrantPermissions",)
    assert [clue for clue, _ in found["IAM_ALLOWED_PRINCIPALS"].clues] == [Clue.CLIENT_OWN]
    assert found["222222222222"].allows.endswith("records")


def test_what_may_be_handed_on_comes_back_too(lab_env: Mapping[str, str]) -> None:
    account = Account()
    administrators(account)
    grant(account, "222222222222", "DESCRIBE", "CREATE_TABLE", hand_on=("DESCRIBE",))
    path = paths(account)["222222222222"]
    before = KIND.image(account.regional, path)
    assert before == {"Permissions": ["CREATE_TABLE", "DESCRIBE"], "PermissionsWithGrantOption": ["DESCRIBE"]}
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert KIND.probe(account.regional, path) is Verdict.GONE
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before


def test_whoever_is_no_administrator_sees_a_part_and_is_told_so(lab_env: Mapping[str, str]) -> None:
    account = Account()
    administrators(account, f"arn:aws:iam::{account.id}:root")
    grant(account, "222222222222", "DESCRIBE")
    assert set(paths(account)) == {"222222222222"}
    administrators(account, f"arn:aws:iam::{account.id}:role/other")
    with pytest.raises(AccessDenied, match="no data lake administrator"):
        paths(account)
