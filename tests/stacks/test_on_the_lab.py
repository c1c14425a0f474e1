"""The project's own program on the lab with the real engine, as the README says: up, again, refresh, policy, destroy, and then nothing is left."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import google.auth.transport.requests
import httpx
import pytest
from google.oauth2 import service_account

from handoff.lab import identities
from handoff.lab.demo import ground

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
STACK = "acme-prod"
FEWEST = 180
"""The environment is not smaller than this; how large exactly is the program's own affair."""
PACKS = [word for pack in ground.PACKS for word in ("--policy-pack", str(ROOT / "policies" / pack))]
LONGEST_S = 400

Inventory = Mapping[str, frozenset[str]]
"""What there is, by what was listed."""


def aws_inventory(env: Mapping[str, str]) -> Inventory:
    """The client's account, listed by its root."""
    session = boto3.session.Session(aws_access_key_id=identities.CLIENT_AWS_ACCOUNT, aws_secret_access_key="root", region_name="eu-west-1")

    def client(name: str) -> Any:
        return session.client(name, endpoint_url=env["AWS_ENDPOINT_URL"])

    iam, ec2, kms, backup = client("iam"), client("ec2"), client("kms"), client("backup")
    keys = [client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    budgets = client("budgets").describe_budgets(AccountId=identities.CLIENT_AWS_ACCOUNT)
    found = {
        "users": [one["UserName"] for one in iam.list_users()["Users"]],
        "roles": [one["RoleName"] for one in iam.list_roles()["Roles"]],
        "policies": [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]],
        "buckets": [one["Name"] for one in client("s3").list_buckets()["Buckets"]],
        "vpcs": [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]],
        "subnets": [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]],
        "flow logs": [one["FlowLogId"] for one in ec2.describe_flow_logs()["FlowLogs"]],
        "topics": [one["TopicArn"] for one in client("sns").list_topics()["Topics"]],
        "alarms": [one["AlarmName"] for one in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "security groups": [one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]],
        "keys in use": [one["KeyId"] for one in keys if one["KeyState"] != "PendingDeletion"],
        "key aliases": [one["AliasName"] for one in kms.list_aliases()["Aliases"]],
        "log groups": [one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]],
        "trails": [one["Name"] for one in client("cloudtrail").describe_trails()["trailList"]],
        "secrets": [one["Name"] for one in client("secretsmanager").list_secrets()["SecretList"]],
        "backup vaults": [one["BackupVaultName"] for one in backup.list_backup_vaults()["BackupVaultList"]],
        "backup plans": [one["BackupPlanId"] for one in backup.list_backup_plans()["BackupPlansList"]],
        "budgets": [one["BudgetName"] for one in budgets.get("Budgets", [])],
    }
    return {f"aws {name}": frozenset(values) for name, values in found.items()}


def azure_inventory(env: Mapping[str, str]) -> Inventory:
    """The subscription and the client's directory, listed by the client's administrator."""
    scope = f"/subscriptions/{identities.SUBSCRIPTION}"
    arm = {
        "resource groups": f"{scope}/resourcegroups?api-version=2024-11-01",
        "role assignments": f"{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01",
        "role definitions": f"{scope}/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01",
        "policy assignments": f"{scope}/providers/Microsoft.Authorization/policyAssignments?api-version=2024-05-01",
        "locks": f"{scope}/providers/Microsoft.Authorization/locks?api-version=2020-05-01",
        "registration definitions": f"{scope}/providers/Microsoft.ManagedServices/registrationDefinitions?api-version=2022-10-01",
        "registration assignments": f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments?api-version=2022-10-01",
        "budgets": f"{scope}/providers/Microsoft.Consumption/budgets?api-version=2024-08-01",
        "diagnostic settings": f"{scope}/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview",
    }
    graph = {
        "groups": "groups",
        "users": "users",
        "applications": "applications",
        "service principals": "servicePrincipals",
        "conditional access policies": "identity/conditionalAccess/policies",
        "directory role assignments": "roleManagement/directory/roleAssignments",
    }
    with httpx.Client(verify=ssl.create_default_context(cafile=env["HANDOFF_CA_FILE"]), trust_env=False, timeout=30) as client:

        def listed(url: str, audience: str) -> frozenset[str]:
            form = {
                "grant_type": "client_credentials",
                "client_id": env["AZURE_CLIENT_ID"],
                "client_secret": env["AZURE_CLIENT_SECRET"],
                "scope": f"{audience}/.default",
            }
            token = (
                client.post(f"{env['AZURE_AUTHORITY_HOST']}/{env['AZURE_TENANT_ID']}/oauth2/v2.0/token", data=form).raise_for_status().json()["access_token"]
            )
            return frozenset(
                one["id"]
                for one in _pages(lambda address: client.get(address or url, headers={"authorization": f"Bearer {token}"}), "@odata.nextLink", "nextLink")
            )

        found = {f"azure {name}": listed(env["HANDOFF_AZURE_ARM_URL"] + path, "https://management.azure.com") for name, path in arm.items()}
        found |= {f"azure {name}": listed(f"{env['HANDOFF_AZURE_GRAPH_URL']}/v1.0/{path}", "https://graph.microsoft.com") for name, path in graph.items()}
    return found


def _pages(ask: Callable[[str], httpx.Response], *links: str) -> Iterator[dict[str, Any]]:
    address = ""
    while True:
        body = ask(address).raise_for_status().json()
        yield from body["value"]
        address = next((body[link] for link in links if body.get(link)), "")
        if not address:
            return


def gcp_inventory(env: Mapping[str, str]) -> Inventory:
    """The client's organization, listed by its administrator."""
    organization = f"organizations/{identities.CLIENT_GCP_ORGANIZATION}"
    held = service_account.Credentials.from_service_account_file(
        env["GOOGLE_APPLICATION_CREDENTIALS"], scopes=["https://www.googleapis.com/auth/cloud-platform"]
    )
    held.refresh(google.auth.transport.requests.Request())
    with httpx.Client(base_url=env["HANDOFF_GCP_URL"], headers={"authorization": f"Bearer {held.token}"}, trust_env=False, timeout=30) as client:

        def listed(path: str, field: str, **params: str) -> list[dict[str, Any]]:
            answer = client.get(path, params=params).raise_for_status().json()
            assert not answer.get("nextPageToken")
            return list(answer.get(field, []))

        policy = client.post(f"/v3/{organization}:getIamPolicy", json={}).raise_for_status().json()
        projects = listed("/v3/projects", "projects", parent=organization, showDeleted="true")
        return {
            "gcp active projects": frozenset(one["projectId"] for one in projects if one["state"] == "ACTIVE"),
            "gcp projects on their way out": frozenset(one["projectId"] for one in projects if one["state"] == "DELETE_REQUESTED"),
            "gcp folders": frozenset(one["name"] for one in listed("/v3/folders", "folders", parent=organization)),
            "gcp organization policies": frozenset(one["name"] for one in listed(f"/v2/{organization}/policies", "policies")),
            "gcp organization bindings": frozenset(f"{binding['role']} {member}" for binding in policy["bindings"] for member in binding["members"]),
            "gcp budgets": frozenset(one["name"] for one in listed(f"/v1/billingAccounts/{identities.BILLING_ACCOUNT}/budgets", "budgets")),
        }


def inventory(env: Mapping[str, str]) -> Inventory:
    """Three clouds. An API failure raises: it is never an empty list."""
    return {**aws_inventory(env), **azure_inventory(env), **gcp_inventory(env)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command that ended."""

    code: int
    text: str
    """Its stdout and stderr."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A user's shell in the project's root after `eval "$(handoff lab env)"`."""

    env: Mapping[str, str]

    def run(self, *command: str, folder: Path = ROOT, **more: str) -> Ran:
        done = subprocess.run(
            command, cwd=folder, env={**self.env, **more}, capture_output=True, text=True, check=False, timeout=LONGEST_S, stdin=subprocess.DEVNULL
        )
        return Ran(code=done.returncode, text=done.stdout + done.stderr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Everything that happened, for the tests to judge."""

    ran: Mapping[str, Ran]
    before: Inventory
    during: Inventory
    after: Inventory
    settings: tuple[Mapping[str, bytes], Mapping[str, bytes]]
    """The project's own files before and after."""
    resources: tuple[str, ...]
    """Types of what the state held after `up`."""


def _settings() -> dict[str, bytes]:
    """What `git status` would tell of: every file that an engine may write to in a project's root."""
    return {path.name: path.read_bytes() for path in ROOT.glob("Pulumi*")}


@pytest.fixture(scope="module")
def shell(lab: Any) -> Shell:
    done = lab.handoff("lab", "env", "--json", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    exports = json.loads(done.stdout.splitlines()[-1])["exports"]
    assert exports["PULUMI_STACK"] == STACK
    return Shell(env={**os.environ, **exports})


@pytest.fixture(scope="module")
def life(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The commands of the README, one after the other; a failure of one is kept for its own test."""
    folder = tmp_path_factory.mktemp("life")
    state = folder / "state.json"
    bad = ground.bad_change(ROOT, folder)
    settings, before = _settings(), inventory(shell.env)
    ran: dict[str, Ran] = {}
    try:
        ran["up"] = shell.run("pulumi", "up", "--yes", "--non-interactive")
        ran["again"] = shell.run("pulumi", "up", "--yes", "--non-interactive", "--skip-preview", "--expect-no-changes")
        ran["refresh"] = shell.run("pulumi", "refresh", "--yes", "--non-interactive", "--skip-preview", "--expect-no-changes")
        during = inventory(shell.env)
        ran["export"] = shell.run("pulumi", "stack", "export", "--file", str(state))
        ran["policy"] = shell.run(sys.executable, "-m", "handoff", "policy", "check", "engagements/acme-health.yaml", "--state", str(state))
        ran["good"] = shell.run("pulumi", "preview", "--non-interactive", *PACKS)
        ran["bad"] = shell.run("pulumi", "preview", "--non-interactive", *PACKS, folder=bad)
    finally:
        ran["destroy"] = shell.run("pulumi", "destroy", "--yes", "--non-interactive", "--skip-preview")
    body = json.loads(state.read_text(encoding="utf-8"))
    types = tuple(one["type"] for one in body["deployment"]["resources"])
    return Life(ran=ran, before=before, during=during, after=inventory(shell.env), settings=(settings, _settings()), resources=types)


def test_a_plain_up_makes_the_environment_on_three_clouds(life: Life) -> None:
    assert life.ran["up"].code == 0, life.ran["up"].text[-6000:]
    assert len(life.resources) >= FEWEST
    assert f"+ {len(life.resources)} created" in life.ran["up"].text
    assert {"aws", "azure-native", "azuread", "gcp"} <= {type_.partition(":")[0] for type_ in life.resources}


def test_a_second_up_changes_nothing(life: Life) -> None:
    assert life.ran["again"].code == 0, life.ran["again"].text[-6000:]
    assert f"{len(life.resources)} unchanged" in life.ran["again"].text


def test_a_refresh_finds_what_was_made(life: Life) -> None:
    assert life.ran["refresh"].code == 0, life.ran["refresh"].text[-6000:]
    assert f"{len(life.resources)} unchanged" in life.ran["refresh"].text


def test_the_environment_keeps_every_control(life: Life) -> None:
    assert life.ran["policy"].code == 0, life.ran["policy"].text
    assert f"{len(life.resources) - 1} resources" in life.ran["policy"].text  # all but the stack itself


def test_a_bad_change_is_refused_and_the_good_one_passes(life: Life) -> None:
    assert life.ran["good"].code == 0, life.ran["good"].text[-6000:]
    assert life.ran["bad"].code != 0
    assert "residency-aws-region" in life.ran["bad"].text
    assert "quick-export" in life.ran["bad"].text
    assert "us-east-1" in life.ran["bad"].text
    assert "residency-aws-region" not in life.ran["good"].text


def test_destroy_leaves_the_clouds_as_they_were(life: Life) -> None:
    assert life.ran["destroy"].code == 0, life.ran["destroy"].text[-6000:]
    left = {name: sorted(found - life.before[name]) for name, found in life.after.items()}
    assert {name: ids for name, ids in left.items() if ids} == {"gcp projects on their way out": [STACK]}
    gone = {name: sorted(found - life.after[name]) for name, found in life.before.items()}
    assert {name: ids for name, ids in gone.items() if ids} == {}


@pytest.mark.parametrize(
    "listed",
    [
        *(f"aws {name}" for name in ("roles", "policies", "buckets", "vpcs", "subnets", "keys in use", "key aliases", "log groups", "trails", "secrets")),
        *(f"aws {name}" for name in ("backup vaults", "backup plans", "budgets", "flow logs", "topics", "alarms")),
        *(
            f"azure {name}"
            for name in ("resource groups", "role assignments", "policy assignments", "registration definitions", "registration assignments", "locks")
        ),
        *(f"azure {name}" for name in ("budgets", "groups", "conditional access policies")),
        *(f"gcp {name}" for name in ("active projects", "budgets")),
    ],
)
def test_the_listing_does_see_what_up_makes(life: Life, listed: str) -> None:
    assert life.during[listed] - life.before[listed], f"{listed}: the inventory would not notice that anything was left"


def test_the_projects_own_files_stay_as_they_are(life: Life) -> None:
    before, after = life.settings
    assert "Pulumi.acme-prod.yaml" in before
    assert after == before


UNKNOWN = '''"""A stack with a type that the lab has no record of."""

import pulumi
import pulumi_aws as aws

here = aws.Provider("here", region="eu-west-1")
aws.{module}("one", opts=pulumi.ResourceOptions(provider=here))
'''


@pytest.mark.parametrize(("module", "passes"), [("sqs.Queue", False), ("cloudwatch.LogGroup", True)])
def test_a_type_that_the_lab_does_not_know_fails_the_update_by_name(shell: Shell, tmp_path: Path, module: str, passes: bool) -> None:
    stack = f"unknown-{module.partition('.')[0]}"
    (tmp_path / "Pulumi.yaml").write_text("name: unknown-type\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(UNKNOWN.format(module=module), encoding="utf-8")
    own = {"PULUMI_STACK": stack}
    assert shell.run("pulumi", "stack", "init", stack, folder=tmp_path, **own).code == 0
    try:
        done = shell.run("pulumi", "up", "--yes", "--non-interactive", "--skip-preview", folder=tmp_path, **own)
        assert (done.code == 0) == passes, done.text
        if not passes:
            assert "the lab does not know the" in done.text
            assert "aws:sqs/queue:Queue" in done.text
            assert "aws:s3/bucket:Bucket" in done.text  # and what it does know
    finally:
        assert shell.run("pulumi", "destroy", "--yes", "--non-interactive", "--skip-preview", "--remove", folder=tmp_path, **own).code == 0
