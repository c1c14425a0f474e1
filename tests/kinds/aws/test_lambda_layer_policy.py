from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws import _people
from handoff.kinds.aws.lambda_layer_policy import KIND
from handoff.model import AccessPath, Clue, Json, Login, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws.test_lambda_function_policy import make


def layer(account: Account) -> str:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as code:
            code.writestr("python/records.py", "")
        _, answer = account.regional.write_for("lambda:PublishLayerVersion", LayerName="records", Content={"ZipFile": file.getvalue()})
    return str(answer["LayerVersionArn"])


def let_in(account: Account, sid: str, principal: str, version: int = 1, **more: object) -> None:
    account.regional.write(
        "lambda:AddLayerVersionPermission",
        LayerName="records",
        VersionNumber=version,
        StatementId=sid,
        Action="lambda:GetLayerVersion",
        Principal=principal,
        **more,
    )


def taking(account: Account, by: Account, arn: str) -> tuple[Any, Login, str, Json]:
    """Another account takes the layer into a function of its own."""
    make(by)
    return account.region, by.user("taker"), "lambda:UpdateFunctionConfiguration", {"FunctionName": "records", "Layers": [arn]}


class Seed:
    """Two other accounts that take the layer into functions of theirs."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, bad, good = Account(), Account(), Account()
        arn = layer(account)
        let_in(account, "Nimbus", bad.id)
        let_in(account, "Partner", good.id)
        ids = {path.detail["sid"]: path.id for path in KIND.discover(account.regional)}
        unneeded = "a layer is opened to accounts and organizations, never to a user or role of its own account"
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids["Nimbus"],
            bystander_id=ids["Partner"],
            tried=taking(account, bad, arn),
            bystander_tried=taking(account, good, arn),
            denied=account.denied("lambda:GetLayerVersionPolicy"),
            seldom=dict.fromkeys(_people.MARK_READS, unneeded),
        )


SEED = Seed()


def paths(account: Account) -> dict[object, AccessPath]:
    return {path.detail["sid"]: path for path in KIND.discover(account.regional)}


def policy(account: Account, version: int = 1) -> Any:
    return account.regional.get("lambda:GetLayerVersionPolicy", LayerName="records", VersionNumber=version)


def test_each_version_has_a_policy_of_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    first, second = layer(account), layer(account)
    let_in(account, "Old", "222222222222", 1)
    let_in(account, "New", "*", 2)
    assert {sid: path.id.split("#")[0] for sid, path in paths(account).items()} == {"Old": first, "New": second}
    assert paths(account)["New"].clues == ((Clue.EVERYONE, "anyone"),)


def test_an_organization_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    account = Account()
    layer(account)
    let_in(account, "Org", "*", OrganizationId="o-nimbus12345")
    whole, path = policy(account)["Policy"], paths(account)["Org"]
    assert path.clues == ((Clue.AWS_ORG, "o-nimbus12345"),)
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert paths(account) == {}
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert policy(account)["Policy"] == whole
