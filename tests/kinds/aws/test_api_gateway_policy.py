from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from handoff.kinds.aws.api_gateway_policy import KIND
from handoff.model import AccessPath, Verb, Verdict
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    """An API with one deployed stage; its id."""
    _, answer = account.regional.write_for("apigateway:CreateRestApi", name="records")
    api = str(answer["id"])
    deploy(account, api, "live")
    return api


def deploy(account: Account, api: str, stage: str) -> str:
    return str(account.regional.write_for("apigateway:CreateDeployment", restApiId=api, stageName=stage)[1]["id"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("apigateway:UpdateRestApi", restApiId=made, patchOperations=[{"op": "replace", "path": "/policy", "value": text}])


SEED = PolicySeed(kind=KIND, make=make, put=put, action="execute-api:Invoke", denied="apigateway:GET", resource=lambda made: "execute-api:/*")
"""An API is called by plain HTTPS, which is no operation of the SDK, so no try."""


def stages(account: Account, api: str) -> dict[str, str]:
    answer: Any = account.regional.get("apigateway:GetStages", restApiId=api)
    return {stage["stageName"]: stage["deploymentId"] for stage in answer["item"]}


def shared(*principals: str) -> tuple[Account, str, dict[str, AccessPath]]:
    account = Account()
    api = make(account)
    put(account, api, document(SEED.statement(api, {"AWS": list(principals)})))
    return account, api, {path.holder: path for path in SEED.paths(account)}


def test_a_cut_is_deployed_to_every_stage_once(lab_env: Mapping[str, str]) -> None:
    account, api, _ = shared(*FOREIGN)
    deploy(account, api, "trial")
    path = next(path for path in SEED.paths(account) if path.holder == FOREIGN[0])
    before = KIND.image(account.regional, path)
    assert before is not None
    was = stages(account, api)
    receipts = list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert [receipt.op for receipt in receipts] == ["apigateway:UpdateRestApi", "apigateway:CreateDeployment", "apigateway:CreateDeployment"]
    now = stages(account, api)
    assert {name for name in was if was[name] != now[name]} == {"live", "trial"}
    assert not list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert stages(account, api) == now


def test_killed_before_the_deployment_the_path_is_alive_and_the_next_try_deploys(lab_env: Mapping[str, str]) -> None:
    account, _, found = shared(*FOREIGN)
    path = found[FOREIGN[0]]
    before = KIND.image(account.regional, path)
    assert before is not None
    next(iter(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC))))
    assert KIND.image(account.regional, path) is None
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    (receipt,) = KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC))
    assert receipt.op == "apigateway:CreateDeployment"
    assert KIND.probe(account.regional, path) is Verdict.GONE


def test_a_stage_rolled_back_to_the_old_deployment_is_alive_again(lab_env: Mapping[str, str]) -> None:
    account, api, found = shared(*FOREIGN)
    old = stages(account, api)["live"]
    SEED.cut(account, found[FOREIGN[0]])
    back = [{"op": "replace", "path": "/deploymentId", "value": old}]
    account.regional.write("apigateway:UpdateStage", restApiId=api, stageName="live", patchOperations=back)
    assert KIND.probe(account.regional, found[FOREIGN[0]]) is Verdict.ALIVE


def test_the_policy_never_falls_away(lab_env: Mapping[str, str]) -> None:
    """An API without a policy is open to everybody where its methods ask for no authorization."""
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Effect"] == "Deny"
    assert kept["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
