"""The first Google identities: two organizations, the client's administrators and auditor, and the provider's operator in its own.

Everything below the organizations is made through the stand-in's own APIs, with a token of the lab's root that only somebody who can read the
stand-in's data folder can ask for. No identity that is made here keeps a right of that root.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from handoff.errors import MachineError
from handoff.lab import files, identities, logbook
from handoff.lab.jwt import Signer
from handoff.model import Login, Party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from handoff.lab.service import LabPlan

OIDC_ISSUER = "https://token.actions.nimbus.example"
"""The provider's CI, whose key lies in `credentials/nimbus-oidc.key`: whoever holds it can make the CI's tokens."""
OIDC_KEY = "nimbus-oidc.key"
_RULE = (
    "roles/owner",
    "roles/resourcemanager.organizationAdmin",
    "roles/resourcemanager.projectCreator",
    "roles/resourcemanager.projectDeleter",
    "roles/resourcemanager.folderAdmin",
    "roles/orgpolicy.policyAdmin",
    "roles/iam.securityAdmin",
    "roles/billing.admin",
    "roles/storage.admin",
    "roles/cloudkms.admin",
    "roles/cloudkms.cryptoKeyEncrypterDecrypter",
)
_LOOK = ("roles/viewer", "roles/iam.securityReviewer", "roles/resourcemanager.organizationViewer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    name: str
    project: str
    party: Party
    organization: str
    roles: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.name}@{self.project}.iam.gserviceaccount.com"

    @property
    def path(self) -> str:
        return f"/v1/projects/{self.project}/serviceAccounts/{self.email}"


def _of_client(name: str, roles: tuple[str, ...]) -> _Account:
    return _Account(name=name, project=identities.CLIENT_GCP_ADMIN_PROJECT, party=Party.CLIENT, organization=identities.CLIENT_GCP_ORGANIZATION, roles=roles)


_ACCOUNTS = (
    _of_client(identities.ADMIN, _RULE),
    _of_client(identities.SECOND_ADMIN, _RULE),
    _of_client(identities.BREAK_GLASS, _RULE),
    _of_client(identities.AUDITOR, _LOOK),
    _Account(
        name=identities.PROVIDER_OPERATOR,
        project=identities.PROVIDER_GCP_PROJECT,
        party=Party.PROVIDER,
        organization=identities.PROVIDER_GCP_ORGANIZATION,
        roles=("roles/owner", "roles/resourcemanager.projectCreator"),
    ),
)
_ORGANIZATIONS = (
    {
        "id": identities.CLIENT_GCP_ORGANIZATION,
        "domain": "acme.example",
        "customer": identities.CLIENT_GCP_CUSTOMER,
        "billing_account": identities.BILLING_ACCOUNT,
    },
    {"id": identities.PROVIDER_GCP_ORGANIZATION, "domain": "nimbus.example", "customer": identities.PROVIDER_GCP_CUSTOMER},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gcp:
    cloud: str = "gcp"

    def run(self, plan: LabPlan, /) -> None:
        """Make what is missing; keys that still sign in are kept, so nobody who read them before is cut off."""
        root = {"x-lab-root": (plan.data("gcp") / "root.secret").read_text(encoding="utf-8").strip()}
        with httpx.Client(base_url=plan.url("gcp"), trust_env=False, timeout=30) as client:
            for organization in _ORGANIZATIONS:
                _said(client.post("/_lab/organizations", json=organization, headers=root))
            client.headers["Authorization"] = f"Bearer {_said(client.post('/_lab/token', headers=root))['access_token']}"
            signer = Signer.kept(plan.folder / "credentials" / OIDC_KEY)
            _said(client.post("/_lab/issuers", json={"issuer": OIDC_ISSUER, "jwks": signer.jwks()}))
            for account in _ACCOUNTS:
                _made(client, account)
                _keyed(client, account, _file(plan, account))
            for organization in _ORGANIZATIONS:
                _bound(client, organization["id"], [account for account in _ACCOUNTS if account.organization == organization["id"]])
        logbook.add(plan, *(_login(plan, account) for account in _ACCOUNTS))


def _said(answer: httpx.Response, *, also: tuple[int, ...] = ()) -> dict[str, Any]:
    if answer.is_success or answer.status_code in also:
        body: dict[str, Any] = answer.json() if answer.content else {}
        return body
    raise MachineError(
        f"The lab's GCP stand-in answered {answer.status_code} to {answer.request.method} {answer.request.url.path}: {answer.text[:300]}",
        hint="See the log of `gcp` in the lab folder.",
    )


def _made(client: httpx.Client, account: _Account) -> None:
    project = {"projectId": account.project, "parent": f"organizations/{account.organization}", "displayName": account.project}
    _said(client.post("/v3/projects", json=project), also=(HTTPStatus.CONFLICT,))
    body = {"accountId": account.name, "serviceAccount": {"displayName": f"Lab: {account.name}"}}
    _said(client.post(f"/v1/projects/{account.project}/serviceAccounts", json=body), also=(HTTPStatus.CONFLICT,))


def _file(plan: LabPlan, account: _Account) -> Path:
    return plan.folder / "credentials" / f"{account.name}.gcp.json"


def _keyed(client: httpx.Client, account: _Account, file: Path) -> None:
    wanted_url = f"{str(client.base_url).rstrip('/')}/token"
    if file.exists():
        info = json.loads(file.read_text(encoding="utf-8"))
        if client.get(f"{account.path}/keys/{info['private_key_id']}").is_success:
            if info["token_uri"] != wanted_url:  # the lab came up on another port
                files.write_secret(file, json.dumps(info | {"token_uri": wanted_url}, indent=2))
            return
    made = _said(client.post(f"{account.path}/keys", json={}))
    files.write_secret(file, base64.b64decode(made["privateKeyData"]).decode("utf-8"))


def _bound(client: httpx.Client, organization: str, accounts: Iterable[_Account]) -> None:
    path = f"/v3/organizations/{organization}"
    policy = _said(client.post(f"{path}:getIamPolicy", json={"options": {"requestedPolicyVersion": 3}}))
    bindings = policy.setdefault("bindings", [])
    bindings += [{"role": role, "members": [f"serviceAccount:{account.email}"]} for account in accounts for role in account.roles]
    _said(client.post(f"{path}:setIamPolicy", json={"policy": policy | {"version": 3}}))


def _login(plan: LabPlan, account: _Account) -> Login:
    principal = f"serviceAccount:{account.email}"
    return Login(name=account.name, cloud="gcp", party=account.party, principal=principal, form="gcp-key", material={"file": str(_file(plan, account))})


BOOTSTRAP = _Gcp()
