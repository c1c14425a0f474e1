"""The first AWS identities: two client administrators, a break-glass role, an auditor, and the provider's operator in its own account.

They are made as an account's root makes them in ministack, where a 12-digit access key id is that account's root and is never
signature-checked. Every credential below comes from CreateAccessKey, so those are.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from handoff.lab import files, identities, logbook
from handoff.lab.services.aws import REGION
from handoff.model import Login, Party, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handoff.lab.service import LabPlan

_ADMINISTER = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
_READ = [
    {
        "Effect": "Allow",
        "Action": ["iam:Get*", "iam:List*", "s3:Get*", "s3:List*", "kms:Describe*", "kms:Get*", "kms:List*", "sts:GetCallerIdentity"],
        "Resource": "*",
    }
]
_ASSUME = [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:GetCallerIdentity"], "Resource": "*"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class _User:
    name: str
    account: str
    party: Party
    may: list[dict[str, Any]]


_USERS = (
    _User(name=identities.ADMIN, account=identities.CLIENT_AWS_ACCOUNT, party=Party.CLIENT, may=_ADMINISTER),
    _User(name=identities.SECOND_ADMIN, account=identities.CLIENT_AWS_ACCOUNT, party=Party.CLIENT, may=_ADMINISTER),
    _User(name=identities.AUDITOR, account=identities.CLIENT_AWS_ACCOUNT, party=Party.CLIENT, may=_READ),
    _User(name=identities.PROVIDER_OPERATOR, account=identities.PROVIDER_AWS_ACCOUNT, party=Party.PROVIDER, may=_ASSUME),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aws:
    cloud: str = "aws"

    def run(self, plan: LabPlan, /) -> None:
        """Make every identity and write its login, the shared credentials file and the shared config file."""
        keys = {user.name: _make_user(_iam(plan, user.account), user, logbook.find(plan, cloud="aws", name=user.name)) for user in _USERS}
        role = _make_break_glass(_iam(plan, identities.CLIENT_AWS_ACCOUNT))
        _write_profiles(plan.folder / "credentials", keys, role)
        logbook.add(plan, *(_login(user, keys[user.name]) for user in _USERS), _break_glass_login(role, keys[identities.SECOND_ADMIN]))


def _iam(plan: LabPlan, account: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    config = Config(proxies={}, retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=20)
    root = boto3.session.Session(aws_access_key_id=account, aws_secret_access_key="root", region_name=REGION)
    return root.client("iam", endpoint_url=plan.url("aws"), config=config)


def _make_user(iam: Any, user: _User, known: Mapping[str, str] | None) -> Mapping[str, str]:  # noqa: ANN401
    """The user's key: the one in the logbook while the emulator still knows it, else a new one."""
    tags = [{"Key": "party", "Value": user.party.value}]
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=user.name, Tags=tags)
    iam.put_user_policy(UserName=user.name, PolicyName="lab", PolicyDocument=_policy(user.may))
    arn = str(iam.get_user(UserName=user.name)["User"]["Arn"])
    if known is not None and known["access_key_id"] in {key["AccessKeyId"] for key in iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]}:
        return {"id": known["access_key_id"], "secret": known["secret_access_key"], "arn": arn}
    made = iam.create_access_key(UserName=user.name)["AccessKey"]
    return {"id": made["AccessKeyId"], "secret": made["SecretAccessKey"], "arn": arn}


def _make_break_glass(iam: Any) -> str:  # noqa: ANN401
    """ARN of the role that either administrator may take."""
    account = identities.CLIENT_AWS_ACCOUNT
    trusted = [f"arn:aws:iam::{account}:user/{name}" for name in (identities.ADMIN, identities.SECOND_ADMIN)]
    trust = _policy([{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}])
    try:
        iam.create_role(RoleName=identities.BREAK_GLASS, AssumeRolePolicyDocument=trust, Tags=[{"Key": "party", "Value": Party.CLIENT.value}])
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=identities.BREAK_GLASS, PolicyDocument=trust)
    iam.put_role_policy(RoleName=identities.BREAK_GLASS, PolicyName="lab", PolicyDocument=_policy(_ADMINISTER))
    return str(iam.get_role(RoleName=identities.BREAK_GLASS)["Role"]["Arn"])


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _login(user: _User, key: Mapping[str, str]) -> Login:
    material: dict[str, str | Secret] = {"access_key_id": key["id"], "secret_access_key": Secret(key["secret"])}
    return Login(name=user.name, cloud="aws", party=user.party, principal=key["arn"], form="aws-keys", material=material)


def _break_glass_login(role: str, key: Mapping[str, str]) -> Login:
    material: dict[str, str | Secret] = {"access_key_id": key["id"], "secret_access_key": Secret(key["secret"]), "role_arn": role}
    return Login(name=identities.BREAK_GLASS, cloud="aws", party=Party.CLIENT, principal=role, form="aws-role", material=material)


def _write_profiles(folder: Path, keys: Mapping[str, Mapping[str, str]], role: str) -> None:
    credentials = {name: {"aws_access_key_id": key["id"], "aws_secret_access_key": key["secret"]} for name, key in keys.items()}
    config = {f"profile {name}": {"region": REGION} for name in keys}
    config[f"profile {identities.BREAK_GLASS}"] = {"region": REGION, "role_arn": role, "source_profile": identities.SECOND_ADMIN}
    files.write_secret(folder / "aws-credentials", _ini(credentials))
    files.write_secret(folder / "aws-config", _ini(config))


def _ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    parser = configparser.RawConfigParser()
    parser.read_dict(sections)
    stream = io.StringIO()
    parser.write(stream)
    return stream.getvalue()


BOOTSTRAP = _Aws()
