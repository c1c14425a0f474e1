"""The provider at work in the lab: with what it was granted, and with what it opened by hand when nobody looked.

Everything here goes through the clouds' own APIs with the credential that the narration names. What is made by hand is not in any
Pulumi program, so only `handoff discover` can find it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, cast

from handoff import registry
from handoff.errors import AccessDenied, CloudError
from handoff.lab import identities
from handoff.lab.demo import back_doors
from handoff.lab.demo.back_doors.site import MARK, enter
from handoff.lab.demo.back_doors.way import Way
from handoff.model import Json, Login, Outcome, Party, Scope, ScopeType, Secret

ACCOUNT = Scope(type=ScopeType.AWS_ACCOUNT, id=identities.CLIENT_AWS_ACCOUNT)
TENANT = Scope(type=ScopeType.AZURE_TENANT, id=identities.CLIENT_TENANT)
SUBSCRIPTION = Scope(type=ScopeType.AZURE_SUBSCRIPTION, id=identities.SUBSCRIPTION)
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
"""source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)"""
HIDDEN_ASSIGNMENT = "cccccccc-0001-4000-8000-000000000001"
VENDOR_ACCOUNT = "464622532012"
"""A third party that no spec needs to name: its account is in the bundled list of vendors. In the lab it is as made up as the others."""
_AT_ONCE = 8


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


def open_aws(admin: Login, bucket: str) -> tuple[Way, ...]:
    """Some forty ways in of the provider's, and those of the client's and of a third party that are to stay."""
    authority = os.environ.get("AWS_CA_BUNDLE", "")
    account, provider = identities.CLIENT_AWS_ACCOUNT, identities.PROVIDER_AWS_ACCOUNT
    site = enter(admin, account, provider=provider, partner=VENDOR_ACCOUNT, bucket=bucket, external_id=identities.EXTERNAL_ID, authority=authority)
    return back_doors.open_all(site)


def try_all(ways: Iterable[Way]) -> dict[str, Outcome]:
    """The outcome of each credential, session and address, by its name."""
    trials = [trial for way in ways for trial in way.trials]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip((trial.name for trial in trials), pool.map(lambda trial: trial.outcome(), trials), strict=True))


def given_up(ways: Iterable[Way]) -> list[Login]:
    """The provider's own keys among what was opened: from these `handoff canary` mints sessions itself."""
    logins = {trial.login.name: trial.login for way in ways if way.party is Party.PROVIDER for trial in way.trials if trial.login is not None}
    return [login for login in logins.values() if login.form == "aws-keys" and "session_token" not in login.material]


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
