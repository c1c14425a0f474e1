"""A stand-in of its own for this folder: the server and the emulator behind it, on free ports, ended by their own handles."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.oauth2 import service_account

LAG_S = 1.0
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class StandIn:
    url: str
    folder: Path
    lag_s: float = LAG_S

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def call(self, token: str | None, verb: str, path: str, body: Any = None, *, params: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.http() as client:
            return client.request(verb, path, json=body, params=params, headers=headers)

    def root(self) -> str:
        headers = {"x-lab-root": (self.folder / "root.secret").read_text()}
        with self.http() as client:
            return str(client.post("/_lab/token", headers=headers).raise_for_status().json()["access_token"])

    def organization(self, key: str) -> None:
        headers = {"x-lab-root": (self.folder / "root.secret").read_text()}
        body = {"id": key, "domain": f"org{key}.example", "customer": f"C{key}", "billing_account": "0A0A0A-0B0B0B-0C0C0C"}
        with self.http() as client:
            client.post("/_lab/organizations", headers=headers, json=body).raise_for_status()

    def project(self, key: str) -> str:
        """A fresh project; gives its name."""
        self.organization("1")
        self.call(self.root(), "POST", "/v3/projects", {"projectId": key, "parent": "organizations/1"}).raise_for_status()
        return f"projects/{key}"

    def account(self, project: str, key: str) -> str:
        made = self.call(self.root(), "POST", f"/v1/{project}/serviceAccounts", {"accountId": key}).raise_for_status().json()
        return str(made["email"])

    def key(self, project: str, email: str) -> dict[str, Any]:
        made = self.call(self.root(), "POST", f"/v1/{project}/serviceAccounts/{email}/keys", {}).raise_for_status().json()
        info: dict[str, Any] = json.loads(base64.b64decode(made["privateKeyData"]))
        return info

    def credentials(self, info: dict[str, Any]) -> service_account.Credentials:
        return service_account.Credentials.from_service_account_info(info, scopes=SCOPES)

    def token(self, info: dict[str, Any]) -> str:
        import google.auth.transport.requests

        credentials = self.credentials(info)
        credentials.refresh(google.auth.transport.requests.Request())
        return str(credentials.token)

    def bind(self, resource: str, role: str, *members: str, condition: dict[str, str] | None = None) -> None:
        """Add a binding with the lab's own hand."""
        policy = self.policy(resource)
        binding: dict[str, Any] = {"role": role, "members": list(members)} | ({"condition": condition} if condition else {})
        policy.setdefault("bindings", []).append(binding)
        self.put_policy(resource, policy | {"version": 3}).raise_for_status()

    def policy(self, resource: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            self.call(self.root(), "POST", f"/v3/{resource}:getIamPolicy", {"options": {"requestedPolicyVersion": 3}}).raise_for_status().json()
        )
        return found

    def put_policy(self, resource: str, policy: dict[str, Any]) -> httpx.Response:
        return self.call(self.root(), "POST", f"/v3/{resource}:setIamPolicy", {"policy": policy})

    def lab(self, path: str, body: Any = None) -> None:
        with self.http() as client:
            client.post(f"/_lab/{path}", json=body).raise_for_status()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the server of {url} ended with {process.returncode}")
        try:
            if httpx.get(url, trust_env=False, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")


def start(folder: Path, gcs: int, port: int) -> subprocess.Popen[bytes]:
    lags = folder / "lags.json"
    lags.parent.mkdir(parents=True, exist_ok=True)
    lags.write_text(json.dumps({"kinds": {"gcp.project_iam_binding": LAG_S}, "soak_s": 1}))
    argv = [
        sys.executable,
        "-m",
        "handoff.lab.gcp",
        "--port",
        str(port),
        "--folder",
        str(folder / "gcp"),
        "--lags",
        str(lags),
        "--gcs",
        f"http://127.0.0.1:{gcs}",
    ]
    process = subprocess.Popen(argv)
    _wait(f"http://127.0.0.1:{port}/healthz", process)
    return process


@pytest.fixture(scope="session")
def gcs_port() -> Iterator[int]:
    port = _free_port()
    argv = [str(Path(sys.executable).with_name("gcp-storage-emulator")), "start", "--host=127.0.0.1", f"--port={port}", "--in-memory"]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/", process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def standin(gcs_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    folder = tmp_path_factory.mktemp("lab")
    port = _free_port()
    process = start(folder, gcs_port, port)
    try:
        yield StandIn(url=f"http://127.0.0.1:{port}", folder=folder / "gcp")
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def plain(standin: StandIn) -> Iterator[StandIn]:
    """The stand-in with its settings and faults put back afterwards."""
    yield standin
    with standin.http() as client:
        client.post("/_lab/settings", json={"page_size": None, "token_life_s": 3600, "binding_lag_s": LAG_S}).raise_for_status()
        client.delete("/_lab/faults").raise_for_status()


class Restartable:
    """A stand-in that a test starts and stops itself; it keeps its folder and port."""

    def __init__(self, folder: Path, gcs: int) -> None:
        self._folder, self._gcs, self._port = folder, gcs, _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def up(self) -> StandIn:
        self._process = start(self._folder, self._gcs, self._port)
        return StandIn(url=f"http://127.0.0.1:{self._port}", folder=self._folder / "gcp")

    def down(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def restartable(gcs_port: int, tmp_path: Path) -> Iterator[Restartable]:
    made = Restartable(tmp_path, gcs_port)
    yield made
    made.down()
