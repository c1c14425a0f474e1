"""The provider at work in the lab: with what it was granted, and with what it opened by hand when nobody looked.

Everything here goes through the clouds' own APIs with the credential that the narration names. What is made by hand is not in any
Pulumi program, so only `handoff discover` can find it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from handoff import registry
from handoff.errors import AccessDenied, CloudError
from handoff.lab import identities
from handoff.model import Json, Login, Outcome, Party, Scope, ScopeType, Secret, Writer

ACCOUNT = Scope(type=ScopeType.AWS_ACCOUNT, id=identities.CLIENT_AWS_ACCOUNT)
REGION = Scope(type=ScopeType.AWS_REGION, id=identities.CLIENT_AWS_ACCOUNT, region="eu-west-1")
TENANT = Scope(type=ScopeType.AZURE_TENANT, id=identities.CLIENT_TENANT)
SUBSCRIPTION = Scope(type=ScopeType.AZURE_SUBSCRIPTION, id=identities.SUBSCRIPTION)
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
"""source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)"""
HIDDEN_USER = "svc-archive"
HIDDEN_ASSIGNMENT = "cccccccc-0001-4000-8000-000000000001"
MARK = "ops@nimbus.example"


class _Minting(Protocol):
    def mint(self, scope: Scope, login: Login, how: Mapping[str, str], /) -> Login: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One way in, made by hand."""

    cloud: str
    text: str
    login: Login | None
    """Its credential, where it gives one."""


def project(name: str) -> Scope:
    """A Google Cloud project as a scope."""
    return Scope(type=ScopeType.GCP_PROJECT, id=name)


def works(login: Login, scope: Scope, role_arns: Mapping[str, str], external_id: str) -> list[str]:
    """The provider does its daily work: what it could do with this login, a sentence each. Raises CloudError when it could do nothing."""
    cloud = registry.cloud(scope.cloud)
    said: list[str] = []
    using = login
    if scope.cloud == "aws":
        for name, arn in sorted(role_arns.items()):
            using = cast("_Minting", cloud).mint(ACCOUNT, login, {"op": "sts:AssumeRole", "role_arn": arn, "external_id": external_id})
            said.append(f"AWS: became role {name} with the external id")
    for op, params in cast("Any", cloud).tries(scope, using):
        tried = cloud.attempt(scope, using, op, params)
        if tried.outcome is Outcome.WORKED:
            said.append(f"{scope.cloud}: {op} worked")
            return said
    raise CloudError(f"the provider could not work on {scope}")


def open_aws(admin: Login, bucket: str) -> list[Opened]:
    """An IAM user with a key and a console password, and a statement in a bucket's policy."""
    account = registry.cloud("aws").open(ACCOUNT, admin)
    account.write("iam:CreateUser", UserName=HIDDEN_USER, Tags=[{"Key": "owner", "Value": MARK}])
    readable = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "iam:List*"], "Resource": "*"}]}
    account.write("iam:PutUserPolicy", UserName=HIDDEN_USER, PolicyName="archive", PolicyDocument=json.dumps(readable))
    key = cast("Mapping[str, str]", account.write_for("iam:CreateAccessKey", UserName=HIDDEN_USER)[1]["AccessKey"])
    account.write("iam:CreateLoginProfile", UserName=HIDDEN_USER, Password=f"Lab-{time.time_ns():x}!aA", PasswordResetRequired=False)
    arn = f"arn:aws:iam::{identities.CLIENT_AWS_ACCOUNT}:user/{HIDDEN_USER}"
    login = _login("aws", "svc-archive key", arn, "aws-keys", access_key_id=key["AccessKeyId"], secret_access_key=Secret(key["SecretAccessKey"]))
    _bucket_statement(account, bucket)
    return [
        Opened(cloud="aws", text=f"an access key of a new IAM user, {HIDDEN_USER}", login=login),
        Opened(cloud="aws", text=f"a console password for {HIDDEN_USER}", login=None),
        Opened(cloud="aws", text=f"a statement in the policy of bucket {bucket} that lets account {identities.PROVIDER_AWS_ACCOUNT} in", login=None),
    ]


def _bucket_statement(account: Writer, bucket: str) -> None:
    held = account.get("s3:GetBucketPolicy", Bucket=bucket)
    policy: dict[str, Any] = json.loads(str(held["Policy"])) if held else {"Version": "2012-10-17", "Statement": []}
    opened = {
        "Sid": "ArchiveSync",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{identities.PROVIDER_AWS_ACCOUNT}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy["Statement"] = [*policy["Statement"], opened]
    account.write("s3:PutBucketPolicy", Bucket=bucket, Policy=json.dumps(policy))


def open_azure(admin: Login, account: str) -> list[Opened]:
    """An application with a secret, Contributor for it, and, with that, the storage account's key."""
    cloud = registry.cloud("azure")
    tenant, subscription = cloud.open(TENANT, admin), cloud.open(SUBSCRIPTION, admin)
    app = tenant.write_for("POST graph:/v1.0/applications", body={"displayName": "archive-sync", "notes": f"asked for by {MARK}"})[1]
    principal = tenant.write_for("POST graph:/v1.0/servicePrincipals", body={"appId": app["appId"], "notes": f"asked for by {MARK}"})[1]
    secret = tenant.write_for("POST graph:/v1.0/applications/{app}/addPassword", app=app["id"], body={"passwordCredential": {"displayName": MARK}})[1]
    role = f"{_path(SUBSCRIPTION)}/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    properties = {"roleDefinitionId": role, "principalId": principal["id"], "principalType": "ServicePrincipal"}
    subscription.write("PUT {scope}/providers/Microsoft.Authorization/roleAssignments/{name}", name=HIDDEN_ASSIGNMENT, body={"properties": properties})
    login = _login(
        "azure",
        "archive-sync secret",
        str(principal["id"]),
        "azure-secret",
        tenant=identities.CLIENT_TENANT,
        client_id=str(app["appId"]),
        client_secret=Secret(str(secret["secretText"])),
        key_id=str(secret["keyId"]),
    )
    key = _storage_key(login, account)
    return [
        Opened(cloud="azure", text="a secret of a new application, archive-sync", login=login),
        Opened(cloud="azure", text="Contributor on the subscription for archive-sync", login=None),
        Opened(cloud="azure", text=f"key1 of storage account {account}, listed as archive-sync", login=key),
    ]


def _storage_key(login: Login, account: str) -> Login:
    def listed() -> Json:
        connection = registry.cloud("azure").open(SUBSCRIPTION, login)
        found = next(one for one in connection.read("GET {scope}/providers/Microsoft.Storage/storageAccounts") if one["name"] == account)
        return connection.get("POST {+id}/listKeys", id=found["id"]) or {}

    keys = cast("list[Mapping[str, str]]", _patiently(listed)["keys"])
    value = next(one["value"] for one in keys if one["keyName"] == "key1")
    return _login(
        "azure",
        f"key1 of {account}",
        login.principal,
        "azure-shared-key",
        account=account,
        key=Secret(value),
        key_id=hashlib.sha256(value.encode()).hexdigest()[:16],
    )


def open_gcp(admin: Login, operator: Login, name: str) -> list[Opened]:
    """Two bindings without an end: for the provider's own service account, and for a person of the provider's. Keys are forbidden by the organization's policy."""
    connection = registry.cloud("gcp").open(project(name), admin)
    policy = dict(
        connection.get("cloudresourcemanager.projects.getIamPolicy", resource=f"projects/{name}", body={"options": {"requestedPolicyVersion": 3}}) or {}
    )
    added = [{"role": "roles/storage.admin", "members": [operator.principal]}, {"role": "roles/editor", "members": ["user:eve@nimbus.example"]}]
    policy["bindings"] = [*cast("list[object]", policy.get("bindings", [])), *added]
    connection.write("cloudresourcemanager.projects.setIamPolicy", resource=f"projects/{name}", body={"policy": policy})
    return [
        Opened(cloud="gcp", text=f"roles/storage.admin for {operator.principal}, without an end", login=None),
        Opened(cloud="gcp", text="roles/editor for user:eve@nimbus.example", login=None),
    ]


def _patiently(ask: Callable[[], Json]) -> Json:
    """A new right takes a moment to hold; asks for up to ten seconds."""
    until = time.monotonic() + 10
    while True:
        try:
            return ask()
        except AccessDenied:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def _login(cloud: str, name: str, principal: str, form: str, **material: str | Secret) -> Login:
    return Login(name=name, cloud=cloud, party=Party.PROVIDER, principal=principal, form=form, material=material)


def _path(scope: Scope) -> str:
    return f"/subscriptions/{scope.id}"
