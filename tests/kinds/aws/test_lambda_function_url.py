from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.lambda_function_url import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

ROLE = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def address(account: Account, name: str, auth: str = "NONE", **tags: str) -> str:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as code:
            code.writestr("records.py", "def handler(event, context): return event")
        zipped = file.getvalue()
    role = account.role(f"run-{name}", ROLE)
    more = {"FunctionName": name, "Runtime": "python3.12", "Handler": "records.handler", "Code": {"ZipFile": zipped}, "Role": role, "Tags": tags}
    arn = made(account, "lambda:CreateFunction", "FunctionArn", **more)
    url = made(account, "lambda:CreateFunctionUrlConfig", "FunctionUrl", FunctionName=name, AuthType=auth)
    return f"{arn}#{url}"


class Seed:
    """Nothing is tried: the address is not a call of AWS's API, and no name server of the lab knows it."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, address(account, "records"), address(account, "invoices"), denied="lambda:ListFunctionUrlConfigs")


SEED = Seed()


def test_one_without_signatures_is_public_and_a_tag_says_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    public, signed = address(account, "public", made_by="nimbus"), address(account, "signed", auth="AWS_IAM")
    found = paths(KIND, account)
    assert found[public].clues == ((Clue.EVERYONE, "anyone who knows the address"), (Clue.TAG, "made_by=nimbus"))
    assert found[signed].clues == ((Clue.AWS_ACCOUNT, account.id),)


def test_switched_off_it_asks_for_signatures_and_stays_the_same_address(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, address(account, "records"))
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.DISABLED
    assert path.id in paths(KIND, account)
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before == {"auth_type": "NONE"}


def test_an_address_made_anew_is_another_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, address(account, "records"))
    account.regional.write("lambda:DeleteFunctionUrlConfig", FunctionName="records")
    account.regional.write("lambda:CreateFunctionUrlConfig", FunctionName="records", AuthType="NONE")
    assert KIND.probe(account.regional, path) is Verdict.GONE
    (other,) = paths(KIND, account).values()
    assert other.id != path.id
    assert KIND.probe(account.regional, other) is Verdict.ALIVE


def test_an_alias_has_an_address_of_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    address(account, "records")
    account.regional.write("lambda:PublishVersion", FunctionName="records")
    account.regional.write("lambda:CreateAlias", FunctionName="records", Name="live", FunctionVersion="1")
    account.regional.write("lambda:CreateFunctionUrlConfig", FunctionName="records", Qualifier="live", AuthType="NONE")
    whole, alias = sorted(paths(KIND, account).values(), key=lambda path: ":live#" in path.id)
    cut(KIND, account, alias, Verb.DELETE)
    assert KIND.probe(account.regional, alias) is Verdict.GONE
    assert paths(KIND, account).keys() == {whole.id}
