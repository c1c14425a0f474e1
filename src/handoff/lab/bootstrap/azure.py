"""The first Azure identities: client administrators, break-glass and auditor in the client's tenant, the provider's operator in its own.

They are made through Graph and ARM as everybody else's are; only the tenants, the subscription and the first token come from the stand-in's
own `/_lab` endpoints, which ask for the random secret in its folder. Owner opens the management plane only, as on Azure, so the two
administrators hold the data roles of vaults and blobs besides.
"""

from __future__ import annotations

import ssl
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from handoff.errors import CloudError
from handoff.lab import identities, logbook
from handoff.lab.azure.graph_types import DIRECTORY_READERS, GLOBAL_ADMINISTRATOR
from handoff.lab.azure.roles import BLOB_OWNER, OWNER, READER, VAULT_ADMINISTRATOR
from handoff.model import Login, Party, Secret

if TYPE_CHECKING:
    from handoff.lab.service import LabPlan

ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com"
SCOPE = f"/subscriptions/{identities.SUBSCRIPTION}"
ADMINISTRATORS = "acme-administrators"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Principal:
    name: str
    object_id: str
    tenant: str
    party: Party
    roles: tuple[str, ...] = ()
    directory_role: str = ""

    @property
    def app_id(self) -> str:
        """Fixed like the object id, and told apart from it at a glance."""
        return f"{self.object_id[0] * 4}0000{self.object_id[8:]}"


_CLIENT = identities.CLIENT_PRINCIPALS_AZURE
_FULL = (OWNER, VAULT_ADMINISTRATOR, BLOB_OWNER)
_PRINCIPALS = (
    _Principal(
        name=identities.ADMIN,
        object_id=_CLIENT[identities.ADMIN],
        tenant=identities.CLIENT_TENANT,
        party=Party.CLIENT,
        roles=_FULL,
        directory_role=GLOBAL_ADMINISTRATOR,
    ),
    _Principal(
        name=identities.SECOND_ADMIN,
        object_id=_CLIENT[identities.SECOND_ADMIN],
        tenant=identities.CLIENT_TENANT,
        party=Party.CLIENT,
        roles=_FULL,
        directory_role=GLOBAL_ADMINISTRATOR,
    ),
    _Principal(name=identities.BREAK_GLASS, object_id=_CLIENT[identities.BREAK_GLASS], tenant=identities.CLIENT_TENANT, party=Party.CLIENT, roles=(OWNER,)),
    _Principal(
        name=identities.AUDITOR,
        object_id=_CLIENT[identities.AUDITOR],
        tenant=identities.CLIENT_TENANT,
        party=Party.CLIENT,
        roles=(READER,),
        directory_role=DIRECTORY_READERS,
    ),
    _Principal(name=identities.PROVIDER_OPERATOR, object_id=identities.PROVIDER_OPERATOR_AZURE, tenant=identities.PROVIDER_TENANT, party=Party.PROVIDER),
)
_TENANTS = {identities.CLIENT_TENANT: ("Acme Health", "acme.example"), identities.PROVIDER_TENANT: ("Nimbus MSP", "nimbus.example")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Azure:
    cloud: str = "azure"

    def run(self, plan: LabPlan, /) -> None:
        """Make what is missing; what is there stays as it is, and so does a secret that still signs in."""
        context = ssl.create_default_context(cafile=str(plan.ca_file))
        with httpx.Client(base_url=plan.url("azure"), verify=context, trust_env=False, timeout=30) as client:
            root = _Root(client=client, secret=(plan.data("azure") / "root.secret").read_text(encoding="utf-8").strip())
            for tenant, (name, domain) in _TENANTS.items():
                root.place(f"tenants/{tenant}", {"displayName": name, "domain": domain})
            root.place(f"subscriptions/{identities.SUBSCRIPTION}", {"displayName": "Acme Health production", "tenantId": identities.CLIENT_TENANT})
            for principal in _PRINCIPALS:
                _make(root, principal)
                if not _signs_in(client, plan, principal):
                    logbook.add(plan, _login(root, principal))
            _people(root)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Root:
    """Calls as the lab's root, which only the bootstrap is."""

    client: httpx.Client
    secret: str

    def place(self, path: str, body: dict[str, str]) -> None:
        _checked(self.client.put(f"/_lab/{path}", json=body, headers={"x-lab-root": self.secret}))

    def call(self, method: str, path: str, *, tenant: str, audience: str = GRAPH, body: object = None) -> dict[str, Any]:
        """One call in this tenant; the empty object for an answer without a body."""
        issued = _checked(self.client.post("/_lab/token", json={"tenant": tenant, "audience": audience}, headers={"x-lab-root": self.secret}))
        response = _checked(self.client.request(method, path, json=body, headers={"authorization": f"Bearer {issued.json()['access_token']}"}))
        return dict(response.json()) if response.content else {}

    def first(self, collection: str, filter_text: str, *, tenant: str) -> dict[str, Any] | None:
        """The first object that fits, or None."""
        found = self.call("GET", f"/graph/v1.0/{collection}?$filter={filter_text}", tenant=tenant)["value"]
        return found[0] if found else None


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise CloudError(f"the Azure stand-in answered {response.status_code} to {response.request.method} {response.request.url.path}: {response.text[:300]}")
    return response


def _make(root: _Root, principal: _Principal) -> None:
    app_filter = f"appId eq '{principal.app_id}'"
    if root.first("applications", app_filter, tenant=principal.tenant) is None:
        root.call(
            "POST",
            "/graph/v1.0/applications",
            tenant=principal.tenant,
            body={"appId": principal.app_id, "displayName": principal.name, "signInAudience": "AzureADMyOrg"},
        )
    if root.first("servicePrincipals", app_filter, tenant=principal.tenant) is None:
        root.call("POST", "/graph/v1.0/servicePrincipals", tenant=principal.tenant, body={"id": principal.object_id, "appId": principal.app_id})
    for role in principal.roles:
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{principal.name}/{role}")
        path = f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01"
        definition = f"{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        root.call("PUT", path, tenant=principal.tenant, audience=ARM, body={"properties": {"roleDefinitionId": definition, "principalId": principal.object_id}})
    held = root.first("roleManagement/directory/roleAssignments", f"principalId eq '{principal.object_id}'", tenant=principal.tenant)
    if principal.directory_role and held is None:
        body = {"principalId": principal.object_id, "roleDefinitionId": principal.directory_role, "directoryScopeId": "/"}
        root.call("POST", "/graph/v1.0/roleManagement/directory/roleAssignments", tenant=principal.tenant, body=body)


def _signs_in(client: httpx.Client, plan: LabPlan, principal: _Principal) -> bool:
    entry = logbook.find(plan, cloud="azure", name=principal.name)
    if entry is None:
        return False
    form = {"grant_type": "client_credentials", "client_id": entry["client_id"], "client_secret": entry["client_secret"], "scope": f"{ARM}/.default"}
    return client.post(f"/{entry['tenant']}/oauth2/v2.0/token", data=form).is_success


def _login(root: _Root, principal: _Principal) -> Login:
    application = root.first("applications", f"appId eq '{principal.app_id}'", tenant=principal.tenant)
    if application is None:
        raise CloudError(f"the application of {principal.name} is gone from the Azure stand-in")
    path = f"/graph/v1.0/applications/{application['id']}/addPassword"
    text = root.call("POST", path, tenant=principal.tenant, body={"passwordCredential": {"displayName": "lab bootstrap"}})["secretText"]
    material: dict[str, str | Secret] = {"tenant": principal.tenant, "client_id": principal.app_id, "client_secret": Secret(text)}
    return Login(name=principal.name, cloud="azure", party=principal.party, principal=principal.object_id, form="azure-secret", material=material)


def _people(root: _Root) -> None:
    """One person and one group of the client's; the group holds the administrators."""
    tenant, name = identities.CLIENT_TENANT, "alice@acme.example"
    if root.first("users", f"userPrincipalName eq '{name}'", tenant=tenant) is None:
        body = {
            "displayName": "Alice Acme",
            "userPrincipalName": name,
            "mailNickname": "alice",
            "accountEnabled": True,
            "passwordProfile": {"password": uuid.uuid4().hex},
        }
        root.call("POST", "/graph/v1.0/users", tenant=tenant, body=body)
    group = root.first("groups", f"displayName eq '{ADMINISTRATORS}'", tenant=tenant)
    if group is None:
        members = [f"{GRAPH}/v1.0/directoryObjects/{_CLIENT[one]}" for one in (identities.ADMIN, identities.SECOND_ADMIN)]
        body = {"displayName": ADMINISTRATORS, "mailEnabled": False, "mailNickname": ADMINISTRATORS, "securityEnabled": True, "members@odata.bind": members}
        root.call("POST", "/graph/v1.0/groups", tenant=tenant, body=body)


BOOTSTRAP = _Azure()
