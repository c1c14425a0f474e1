"""A stand-in of the tests' own, with azurite behind it: settings and faults of these tests disturb nobody else's lab."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.identity import ClientSecretCredential

from handoff.lab import identities, tls
from handoff.lab.bootstrap.azure import BOOTSTRAP
from handoff.lab.progress import Silent
from handoff.lab.service import LabPlan
from handoff.lab.toolchain import node

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"
ARM_AUDIENCE = "https://management.azure.com"
GRAPH_AUDIENCE = "https://graph.microsoft.com"
LAG_S = 1.0
Refused = Callable[[httpx.Response], tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    tenant: str
    object_id: str
    application_id: str
    """Object id of the application."""
    client_id: str
    key_id: str
    client_secret: str


@dataclass(slots=True, kw_only=True)
class Azure:
    plan: LabPlan
    client: httpx.Client
    key: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return self.plan.url("azure")

    @property
    def ca(self) -> str:
        return str(self.plan.ca_file)

    def start(self) -> None:
        plan = self.plan
        place = ["--port", str(plan.ports["azure"]), "--folder", str(plan.data("azure")), "--lags", str(plan.lags_file), "--url", self.base]
        files = ["--cert", str(plan.tls_cert), "--key", str(plan.tls_key), "--azurite", plan.url("azurite")]
        self.process = subprocess.Popen([sys.executable, "-m", "handoff.lab.azure", *place, *files], env={**os.environ, "LAB_AZURITE_KEY": self.key})
        for _ in range(150):
            try:
                if self.client.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the stand-in did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def login(self, name: str) -> dict[str, Any]:
        entries = json.loads((self.plan.folder / "logins.json").read_text(encoding="utf-8"))["logins"]
        return next(entry for entry in entries if entry["name"] == name)

    def credential(self, who: str | Principal) -> ClientSecretCredential:
        entry = self.login(who) if isinstance(who, str) else {"tenant": who.tenant, "client_id": who.client_id, "client_secret": who.client_secret}
        return ClientSecretCredential(
            entry["tenant"], entry["client_id"], entry["client_secret"], authority=self.base, disable_instance_discovery=True, connection_verify=self.ca
        )

    def sdk(self, who: str | Principal) -> dict[str, Any]:
        """Arguments that every azure-mgmt client takes."""
        return {"credential": self.credential(who), "base_url": self.base, "credential_scopes": [f"{ARM_AUDIENCE}/.default"], "connection_verify": self.ca}

    def token(self, who: str | Principal, audience: str = ARM_AUDIENCE) -> str:
        return self.credential(who).get_token(f"{audience}/.default").token

    def arm(
        self, method: str, path: str, body: object = None, *, who: str | Principal = identities.ADMIN, token: str | None = None, **query: str
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or self.token(who)}"}
        return self.client.request(method, path, json=body, headers=headers, params={"api-version": "2024-01-01", **query})

    def graph(self, method: str, path: str, body: object = None, *, who: str | Principal = identities.ADMIN, **query: str) -> httpx.Response:
        return self.client.request(
            method, f"/graph/v1.0/{path}", json=body, headers={"authorization": f"Bearer {self.token(who, GRAPH_AUDIENCE)}"}, params=query
        )

    def token_answer(self, tenant: str, **form: str) -> httpx.Response:
        return self.client.post(f"/{tenant}/oauth2/v2.0/token", data={"grant_type": "client_credentials", "scope": f"{ARM_AUDIENCE}/.default", **form})

    def principal(self, *, owner: str = identities.ADMIN, **application: object) -> Principal:
        """A new application with a service principal and a secret, in the owner's tenant."""
        made = self.ok(self.graph("POST", "applications", {"displayName": f"app-{uuid.uuid4().hex[:8]}", **application}, who=owner), 201)
        service = self.ok(self.graph("POST", "servicePrincipals", {"appId": made["appId"]}, who=owner), 201)
        secret = self.ok(self.graph("POST", f"applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "t"}}, who=owner))
        return Principal(
            tenant=self.login(owner)["tenant"],
            object_id=service["id"],
            application_id=made["id"],
            client_id=made["appId"],
            key_id=secret["keyId"],
            client_secret=secret["secretText"],
        )

    def assign(self, principal: Principal | str, role: str, scope: str = SUBSCRIPTION) -> str:
        """A role assignment by the administrator; gives its id."""
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        object_id = principal if isinstance(principal, str) else principal.object_id
        body = {"properties": {"roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}", "principalId": object_id}}
        return str(self.ok(self.arm("PUT", path, body), 201)["id"])

    def group(self, name: str | None = None) -> str:
        """A new resource group; gives its id."""
        path = f"{SUBSCRIPTION}/resourceGroups/{name or f'rg-{uuid.uuid4().hex[:8]}'}"
        return str(self.ok(self.arm("PUT", path, {"location": "westeurope"}), 201)["id"])

    def ok(self, response: httpx.Response, status: int = 200) -> dict[str, Any]:
        assert response.status_code == status, response.text
        return response.json() if response.content else {}

    def root(self, method: str, path: str, body: object) -> httpx.Response:
        return self.client.request(
            method, f"/_lab/{path}", json=body, headers={"x-lab-root": (self.plan.data("azure") / "root.secret").read_text(encoding="utf-8")}
        )

    def set(self, **settings: float) -> None:
        self.ok(self.client.post("/_lab/settings", json=settings))


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    plan = LabPlan(folder=tmp_path_factory.mktemp("azure"), ports={"azure": _free_port(), "azurite": _free_port()})
    tls.ensure(plan)
    plan.lags_file.write_text(json.dumps({"kinds": {"azure.role_assignment": LAG_S, "azure.lighthouse_delegation": LAG_S}, "soak_s": 1}), encoding="utf-8")
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    executable, script = node.azurite(Silent())
    data: Path = plan.data("azurite")
    data.mkdir(parents=True)
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(plan.ports["azurite"]), "-l", str(data), "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    storage = subprocess.Popen([str(executable), str(script), *place], env={**os.environ, "AZURITE_ACCOUNTS": f"lab:{key}"}, stdout=subprocess.DEVNULL)
    client = httpx.Client(base_url=plan.url("azure"), verify=ssl.create_default_context(cafile=str(plan.ca_file)), trust_env=False, timeout=30)
    server = Azure(plan=plan, client=client, key=key)
    try:
        server.start()
        BOOTSTRAP.run(plan)
        yield server
    finally:
        server.stop()
        storage.terminate()
        storage.wait(timeout=20)
        client.close()


@pytest.fixture
def small_pages(azure: Azure) -> Iterator[None]:
    """One item a page."""
    azure.set(page_size=1)
    yield
    azure.set(page_size=100)


@pytest.fixture
def refused() -> Refused:
    """`refused(response)` gives the status and the code of a refusal."""
    return code
