"""One ministack for these tests, and a resource's way through the life cycle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from handoff.lab.provider import known, lifecycle
from handoff.lab.provider.connect import Connections

ACCOUNT = "111111111111"
PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("ministack")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"AUTH": "true", "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "MINISTACK_ACCOUNT_ID": ACCOUNT}
    places = {"STATE_DIR": str(folder / "state"), "S3_DATA_DIR": str(folder / "s3")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env={**os.environ, **settings, **places}, cwd=folder, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/_ministack/health", folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _await(url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own http URL
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise TimeoutError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.1)


@pytest.fixture(scope="session")
def ctx(endpoint: str) -> Connections:
    return Connections({"region": "eu-west-1", "accessKey": ACCOUNT, "secretKey": "root"}, environ={"AWS_ENDPOINT_URL": endpoint})


@dataclass
class Resource:
    """One resource as the engine would hold it."""

    ctx: Connections
    token: str
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def record(self) -> Any:
        return known.package("aws").records[self.token]

    def check(self, news: dict[str, Any]) -> dict[str, Any]:
        name = self.token.rpartition(":")[2].lower()
        checked = lifecycle.check(self.ctx, self.record, lifecycle.Draft(name=name, news=news, olds=self.inputs))
        assert checked.failures == {}
        return checked.inputs

    def create(self, news: dict[str, Any]) -> Resource:
        self.inputs = self.check(news)
        self.id, self.state = lifecycle.create(self.ctx, self.record, self.inputs)
        assert self.refreshed() == (self.inputs, self.state), "a refresh right after creation must find nothing"
        return self

    def refreshed(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        return lifecycle.read(self.ctx, self.record, self.id, self.inputs, self.state)

    def changed(self) -> dict[str, Any]:
        """Inputs that drifted, as found."""
        found = self.refreshed()
        assert found is not None
        return {key: found[0].get(key) for key in found[0].keys() | self.inputs.keys() if found[0].get(key) != self.inputs.get(key)}

    def update(self, news: dict[str, Any]) -> Resource:
        inputs = self.check(news)
        difference = lifecycle.difference(self.ctx, self.record, self.inputs, self.state, inputs)
        assert difference.changes
        assert not difference.replaces
        self.state = lifecycle.update(self.ctx, self.record, self.id, self.inputs, self.state, inputs)
        self.inputs = inputs
        assert self.refreshed() == (self.inputs, self.state), "a refresh right after an update must find nothing"
        return self

    def replaces(self, news: dict[str, Any]) -> set[str]:
        return set(lifecycle.difference(self.ctx, self.record, self.inputs, self.state, self.check(news)).replaces)

    def imported(self) -> dict[str, Any]:
        """What a program would still have to change after `pulumi import`."""
        found = lifecycle.read(self.ctx, self.record, self.id, {}, {})
        assert found is not None
        return dict(lifecycle.difference(self.ctx, self.record, found[0], found[1], self.inputs).changes)

    def delete(self) -> None:
        assert self.refreshed() is not None
        lifecycle.delete(self.ctx, self.record, self.id, self.state)
        assert self.refreshed() is None
        lifecycle.delete(self.ctx, self.record, self.id, self.state)


Make = Callable[..., Resource]


@pytest.fixture
def make(ctx: Connections) -> Make:
    """`make(token, **inputs)`: a created resource."""
    return lambda token, **inputs: Resource(ctx, token).create(inputs)
