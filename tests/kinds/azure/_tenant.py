"""What a test needs in the lab's Azure, made through the product's own connection as the client's administrator."""

from __future__ import annotations

import json
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import httpx

from handoff import lags, logins, registry
from handoff.lab import identities
from handoff.lab.azure import roles
from handoff.model import Json, Kind, Login, Outcome, Party, Scope, ScopeType, Secret, Writer

TENANT = Scope(type=ScopeType.AZURE_TENANT, id=identities.CLIENT_TENANT)
SUBSCRIPTION = Scope(type=ScopeType.AZURE_SUBSCRIPTION, id=identities.SUBSCRIPTION)
ROOT = f"/subscriptions/{identities.SUBSCRIPTION}"
GROUPS = ("GET {scope}/resourceGroups", {})
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An application with a service principal and a secret."""

    login: Login
    app: str
    """Object id of the application."""
    app_id: str
    principal: str
    """Object id of the service principal."""
    key_id: str


class Tenant:
    """Makes applications, assignments, delegations and storage accounts, each under a name of its own."""

    def __init__(self) -> None:
        self.cloud: Any = registry.cloud("azure")  # Any: minting and objects are more than every cloud has

    @cached_property
    def graph(self) -> Writer:
        connection: Writer = self.cloud.open(TENANT)
        return connection

    @cached_property
    def arm(self) -> Writer:
        connection: Writer = self.cloud.open(SUBSCRIPTION)
        return connection

    def make(self, op: str, body: Mapping[str, object], **params: object) -> Any:
        """One object made through Graph."""
        return self.graph.write_for(op, body=body, **params)[1]

    def app(self, name: str = "", **more: object) -> App:
        """A new application of the client's tenant; the secret's own name is `secret_name`."""
        secret_name = str(more.pop("secret_name", ""))
        made = self.make("POST graph:/v1.0/applications", {"displayName": name or fresh("app"), **more})
        principal = self.make("POST graph:/v1.0/servicePrincipals", {"appId": made["appId"]})
        login, key_id = self.secret(made["id"], made["appId"], principal["id"], secret_name)
        return App(login=login, app=made["id"], app_id=made["appId"], principal=principal["id"], key_id=key_id)

    def secret(self, app: str, app_id: str, principal: str, name: str = "") -> tuple[Login, str]:
        """One more secret of an application."""
        held = self.make("POST graph:/v1.0/applications/{app}/addPassword", {"passwordCredential": {"displayName": name or "t"}}, app=app)
        return signing_in(fresh("login"), identities.CLIENT_TENANT, app_id, held["secretText"], principal), held["keyId"]

    def assign(self, principal: str, role: str, at: str = ROOT) -> str:
        """A role assignment; its id."""
        name = f"{at}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        body = {"properties": {"roleDefinitionId": f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/{role}", "principalId": principal}}
        return str(self.arm.write_for("PUT {+id}", id=name, body=body)[1]["id"])

    def group(self) -> str:
        """A resource group; its id."""
        return str(self.arm.write_for("PUT {+id}", id=f"{ROOT}/resourceGroups/{fresh('rg')}", body={"location": "westeurope"})[1]["id"])

    def account(self, **properties: object) -> str:
        """A storage account with one container, `records`; its id."""
        name = f"s{uuid.uuid4().hex[:14]}"
        body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": properties}
        made = str(self.arm.write_for("PUT {+id}", id=f"{self.group()}/providers/Microsoft.Storage/storageAccounts/{name}", body=body)[1]["id"])
        self.container(made, "records")
        return made

    def container(self, account: str, name: str) -> None:
        self.arm.write("PUT {+id}/blobServices/default/containers/{name}", id=account, name=name, body={"properties": {}})

    def keys(self, account: str, login: Login | None = None) -> dict[str, str]:
        """What whoever may list the keys is shown."""
        answer: Any = self.cloud.open(SUBSCRIPTION, login).get("POST {+id}/listKeys", id=account)
        return {key["keyName"]: key["value"] for key in answer["keys"]}

    def delegate(self, principal: str, role: str, at: str = ROOT) -> tuple[str, str]:
        """A Lighthouse delegation to a principal of the provider's tenant; ids of the assignment and of its definition."""
        definition = f"{ROOT}/providers/Microsoft.ManagedServices/registrationDefinitions/{uuid.uuid4()}"
        offer = {
            "registrationDefinitionName": fresh("offer"),
            "managedByTenantId": identities.PROVIDER_TENANT,
            "authorizations": [{"principalId": principal, "roleDefinitionId": role, "principalIdDisplayName": "Nimbus operators"}],
        }
        self.arm.write("PUT {+id}", id=definition, body={"properties": offer})
        assignment = f"{at}/providers/Microsoft.ManagedServices/registrationAssignments/{uuid.uuid4()}"
        self.arm.write("PUT {+id}", id=assignment, body={"properties": {"registrationDefinitionId": definition}})
        return assignment, definition

    def denied(self, *, role: str = "") -> Login:
        """Somebody without a directory role, and with this role on the subscription or none."""
        app = self.app()
        if role:
            self.assign(app.principal, role)
        return app.login

    def admin(self) -> Login:
        return next(login for login in logins.from_environment() if (login.cloud, login.name) == ("azure", identities.ADMIN))

    def works(self, login: Login, scope: Scope = SUBSCRIPTION, op: str = GROUPS[0], **params: object) -> tuple[Outcome, str]:
        """Outcome and code of one try."""
        tried = self.cloud.attempt(scope, login, op, params)
        return tried.outcome, tried.code

    def settled(self, kind: Kind, login: Login, wanted: Outcome, **more: Any) -> tuple[Outcome, float]:
        """The outcome once it is the wanted one or patience has ended, and the seconds that it took."""
        started = time.monotonic()
        limit_s = (lags.in_force(self.cloud.endpoints()).settle(kind) + timedelta(seconds=PATIENCE_S)).total_seconds()
        while (seen := self.works(login, **more)[0]) is not wanted and time.monotonic() - started < limit_s:
            time.sleep(0.1)
        return seen, time.monotonic() - started


class Outside:
    """The provider's tenant, in which the client's administrator can do nothing: its principals are made as the lab's root."""

    def __init__(self, lab: Any) -> None:
        self._base = lab.plan.url("azure")
        self._root = (lab.plan.data("azure") / "root.secret").read_text(encoding="utf-8").strip()
        self._http = httpx.Client(base_url=self._base, verify=ssl.create_default_context(cafile=str(lab.plan.ca_file)), trust_env=False, timeout=30)

    def call(self, method: str, path: str, body: object = None, tenant: str = identities.PROVIDER_TENANT) -> Any:
        issued = self._http.post("/_lab/token", json={"tenant": tenant, "audience": "https://graph.microsoft.com"}, headers={"x-lab-root": self._root})
        answer = self._http.request(method, f"/graph/v1.0/{path}", json=body, headers={"authorization": f"Bearer {issued.json()['access_token']}"})
        assert answer.is_success, answer.text
        return json.loads(answer.content) if answer.content else {}

    def app(self, **more: object) -> App:
        """A new application of the provider's tenant."""
        made = self.call("POST", "applications", {"displayName": fresh("nimbus"), **more})
        principal = self.call("POST", "servicePrincipals", {"appId": made["appId"]})
        held = self.call("POST", f"applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "t"}})
        login = signing_in(fresh("login"), identities.PROVIDER_TENANT, made["appId"], held["secretText"], principal["id"])
        return App(login=login, app=made["id"], app_id=made["appId"], principal=principal["id"], key_id=held["keyId"])

    def settings(self, **settings: float) -> None:
        assert self._http.post("/_lab/settings", json=settings).is_success

    def fault(self, match: str, status: int, **more: object) -> None:
        """The next matching call fails so."""
        assert self._http.post("/_lab/faults", json={"match": match, "status": status, **more}).is_success

    def no_faults(self) -> None:
        assert self._http.delete("/_lab/faults").is_success


class Listed:
    """A reader of given answers, for what the lab's directory does not take; a listing that it was not given is empty, an object not there."""

    def __init__(self, listings: Mapping[str, list[Json]], objects: Mapping[str, Json] | None = None, scope: Scope = TENANT) -> None:
        self.scope = scope
        self._listings, self._objects = listings, objects or {}

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        return iter(self._listings.get(op, ()))

    def get(self, op: str, /, **params: object) -> Json | None:
        return self._objects.get(op)


def fresh(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:10]}"


def signing_in(name: str, tenant: str, client_id: str, secret: str, principal: str) -> Login:
    material = {"tenant": tenant, "client_id": client_id, "client_secret": Secret(secret)}
    return Login(name=name, cloud="azure", party=Party.PROVIDER, principal=principal, form="azure-secret", material=material)


def sharing(account: str, key: str) -> Login:
    """A storage key as a login."""
    name = account.rsplit("/", 1)[-1]
    return Login(
        name=f"{name}-key", cloud="azure", party=Party.PROVIDER, principal=name, form="azure-shared-key", material={"account": name, "key": Secret(key)}
    )


__all__ = ["GROUPS", "ROOT", "SUBSCRIPTION", "TENANT", "App", "Listed", "Outside", "Tenant", "fresh", "roles", "sharing", "signing_in"]
