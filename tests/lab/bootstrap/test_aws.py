"""The first AWS identities can do what their roles say and no more; ministack checks each signature and policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from handoff import logins
from handoff.lab import identities, logbook, up
from handoff.lab.bootstrap.aws import BOOTSTRAP
from handoff.lab.progress import Silent
from handoff.lab.service import LabPlan
from handoff.model import Login, Party, Secret


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlan]:
    folder = tmp_path_factory.mktemp("aws") / "lab"
    try:
        yield up.up(folder, Silent(), only=("aws",)).state.plan
    finally:
        up.down(folder)


def login(plan: LabPlan, name: str) -> Login:
    return next(entry for entry in logins.load(logbook.path(plan)) if entry.name == name)


def secret(material: str | Secret) -> str:
    return material.reveal() if isinstance(material, Secret) else material


def client(plan: LabPlan, service: str, entry: Login, **over: str) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=over.get("access_key_id", secret(entry.material["access_key_id"])),
        aws_secret_access_key=over.get("secret_access_key", secret(entry.material["secret_access_key"])),
        aws_session_token=over.get("session_token"),
        region_name="eu-west-1",
    )
    return session.client(service, endpoint_url=plan.url("aws"), config=Config(proxies={}, retries={"total_max_attempts": 1}))


def code(call: Any) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


@pytest.mark.parametrize("name", [identities.ADMIN, identities.SECOND_ADMIN])
def test_administrators_administer(plan: LabPlan, name: str) -> None:
    entry = login(plan, name)
    assert client(plan, "sts", entry).get_caller_identity()["Arn"] == entry.principal == f"arn:aws:iam::111111111111:user/{name}"
    assert code(lambda: client(plan, "iam", entry).list_users()) == "ok"
    assert entry.party is Party.CLIENT


def test_a_wrong_secret_is_refused_where_the_right_one_works(plan: LabPlan) -> None:
    entry = login(plan, identities.ADMIN)
    assert code(client(plan, "sts", entry).get_caller_identity) == "ok"
    assert code(client(plan, "sts", entry, secret_access_key="wrong").get_caller_identity) == "SignatureDoesNotMatch"


def test_the_emulators_root_is_never_checked_and_so_is_no_credential_of_ours(plan: LabPlan) -> None:
    """The trap: a 12-digit key id with any secret is root. None of our logins may be one."""
    entry = login(plan, identities.ADMIN)
    assert code(client(plan, "iam", entry, access_key_id="111111111111", secret_access_key="anything").list_users) == "ok"
    assert all(not secret(each.material["access_key_id"]).isdecimal() for each in logins.load(logbook.path(plan)))


def test_auditor_reads_and_does_not_write(plan: LabPlan) -> None:
    iam = client(plan, "iam", login(plan, identities.AUDITOR))
    assert code(iam.list_users) == "ok"
    assert code(lambda: iam.create_user(UserName="made-by-auditor")) == "AccessDenied"


def test_provider_starts_with_no_right_in_the_clients_account(plan: LabPlan) -> None:
    entry = login(plan, identities.PROVIDER_OPERATOR)
    assert client(plan, "sts", entry).get_caller_identity()["Account"] == "222222222222"
    assert entry.party is Party.PROVIDER
    assert code(client(plan, "iam", entry).list_users) == "AccessDenied"
    assert code(client(plan, "s3", entry).list_buckets) == "AccessDenied"
    role = f"arn:aws:iam::111111111111:role/{identities.BREAK_GLASS}"
    assert code(lambda: client(plan, "sts", entry).assume_role(RoleArn=role, RoleSessionName="try")) == "AccessDenied"


@pytest.mark.parametrize("name", [identities.ADMIN, identities.SECOND_ADMIN])
def test_break_glass_opens_for_the_administrators(plan: LabPlan, name: str) -> None:
    entry = login(plan, identities.BREAK_GLASS)
    made = client(plan, "sts", login(plan, name)).assume_role(RoleArn=str(entry.material["role_arn"]), RoleSessionName="drill")["Credentials"]
    session = {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"], "session_token": made["SessionToken"]}
    assert code(client(plan, "iam", entry, **session).list_users) == "ok"


def test_profiles_are_what_boto3_reads(plan: LabPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(plan.folder / "credentials" / "aws-credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(plan.folder / "credentials" / "aws-config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", plan.url("aws"))
    seen = {name: boto3.session.Session(profile_name=name).client("sts").get_caller_identity()["Arn"] for name in (identities.AUDITOR, identities.BREAK_GLASS)}
    assert seen[identities.AUDITOR].endswith("user/auditor")
    assert f"assumed-role/{identities.BREAK_GLASS}/" in seen[identities.BREAK_GLASS]


def test_repeating_keeps_every_working_key(plan: LabPlan) -> None:
    before = Path(plan.folder / "credentials" / "aws-credentials").read_text(encoding="utf-8")
    BOOTSTRAP.run(plan)
    assert Path(plan.folder / "credentials" / "aws-credentials").read_text(encoding="utf-8") == before
