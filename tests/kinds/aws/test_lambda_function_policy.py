from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from handoff.kinds.aws.lambda_function_policy import KIND
from handoff.model import Verb
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed

ROLE = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def make(account: Account) -> str:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as code:
            code.writestr("records.py", "def handler(event, context): return event")
        _, answer = account.regional.write_for(
            "lambda:CreateFunction",
            FunctionName="records",
            Runtime="python3.12",
            Role=account.role("records", ROLE),
            Handler="records.handler",
            Code={"ZipFile": file.getvalue()},
        )
    return str(answer["FunctionArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("lambda:PutResourcePolicy", ResourceArn=made, Policy=text)


def add(account: Account, sid: str, principal: str, **more: object) -> None:
    account.regional.write("lambda:AddPermission", FunctionName="records", StatementId=sid, Action="lambda:InvokeFunction", Principal=principal, **more)


SEED = PolicySeed(
    kind=KIND,
    drops=("lambda:DeleteResourcePolicy", "lambda:RemovePermission"),
    make=make,
    put=put,
    action="lambda:GetFunctionConfiguration",
    denied="lambda:GetPolicy",
    tried=lambda made: ("lambda:GetFunctionConfiguration", {"FunctionName": "records"}),
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_versions_and_aliases_have_policies_of_their_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    account.regional.write("lambda:PublishVersion", FunctionName="records")
    account.regional.write("lambda:CreateAlias", FunctionName="records", Name="live", FunctionVersion="1")
    add(account, "Whole", "222222222222")
    add(account, "Version", "222222222222", Qualifier="1")
    add(account, "Alias", "222222222222", Qualifier="live")
    found = {path.detail["sid"]: path for path in SEED.paths(account)}
    assert {sid: path.detail["held"] for sid, path in found.items()} == {"Whole": made, "Version": f"{made}:1", "Alias": f"{made}:live"}
    SEED.cut(account, found["Alias"])
    assert {path.detail["sid"] for path in SEED.paths(account)} == {"Whole", "Version"}


def test_one_of_its_own_statement_is_taken_out_by_its_id_and_comes_back_whole(lab_env: Mapping[str, str]) -> None:
    account = Account()
    make(account)
    add(account, "Rule", "events.amazonaws.com", SourceArn="arn:aws:events:eu-west-1:222222222222:rule/nightly", SourceAccount="222222222222")
    add(account, "Other", "333333333333")
    path = next(path for path in SEED.paths(account) if path.detail["sid"] == "Rule")
    whole, before = SEED.policy(account), KIND.image(account.regional, path)
    assert before is not None
    (receipt,) = KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC))
    assert receipt.op == "lambda:RemovePermission"
    assert [found.detail["sid"] for found in SEED.paths(account)] == ["Other"]
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    back = SEED.policy(account)
    assert sorted(back["Statement"], key=lambda one: one["Sid"]) == sorted(whole["Statement"], key=lambda one: one["Sid"])


def test_one_of_several_in_a_statement_leaves_the_others_in_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": list(FOREIGN)})))
    first, second = sorted(SEED.paths(account), key=lambda path: path.holder)
    SEED.cut(account, first)
    assert [path.id for path in SEED.paths(account)] == [second.id]
