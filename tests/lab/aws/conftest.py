"""A lab's AWS of the test's own: its process, clients of any account, and the control."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from handoff.lab import ports
from handoff.lab.service import LabPlan
from handoff.lab.services.aws import SERVICE

REGION = "eu-west-1"


def code(call: Any) -> str:
    """`ok`, or the code of the refusal."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


@dataclass
class Account:
    """Twelve digits, which to ministack are an account and its root's key."""

    url: str
    id: str = field(default_factory=lambda: "".join(random.choices("3456789", k=12)))  # noqa: S311 not for secrecy

    def client(self, service: str, key: str = "", secret: str = "any", token: str | None = None, region: str = REGION, **config: Any) -> Any:  # noqa: S107 ministack never looks at it
        session = boto3.session.Session(aws_access_key_id=key or self.id, aws_secret_access_key=secret, aws_session_token=token, region_name=region)
        settings = Config(proxies={}, retries={"total_max_attempts": config.pop("attempts", 1), "mode": "standard"}, **config)
        return session.client(service, endpoint_url=self.url, config=settings)

    def user(self, name: str, *statements: dict[str, Any]) -> tuple[str, str]:
        """Key id and secret of a user who may do this, and nothing else."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="test", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def order(self, **orders: Any) -> None:
        answer = httpx.post(f"{self.url}/_handoff/aws/control", json={"account": self.id, **orders}, trust_env=False)
        assert answer.status_code == 200, answer.text

    def calls(self) -> list[str]:
        answer = httpx.get(f"{self.url}/_handoff/aws/calls", params={"account": self.id}, trust_env=False)
        return list(answer.json()["calls"])


@dataclass
class Server:
    """The process, which may be ended and begun again on the same folder."""

    plan: LabPlan
    argv: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.plan.url("aws")

    @property
    def log(self) -> str:
        return (self.plan.folder / "log").read_text(encoding="utf-8")

    def start(self) -> None:
        started = SERVICE.process(self.plan)
        self.plan.data("aws").mkdir(parents=True, exist_ok=True)
        argv = [*self.argv, *started.argv[started.argv.index("--state") :]]
        with (self.plan.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, env={"PATH": "/usr/bin:/bin", **started.env}, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(started.health_url, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError(self.log)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
            self.process = None

    def account(self) -> Account:
        return Account(self.url)


def _server(folder: Path, argv: tuple[str, ...]) -> Iterator[Server]:
    made = Server(plan=LabPlan(folder=folder, ports=dict(ports.choose(["aws"]))), argv=argv)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The lab's AWS with the stand-ins of these tests beside the real ones."""
    yield from _server(tmp_path_factory.mktemp("aws"), (sys.executable, str(Path(__file__).with_name("_server.py"))))


@pytest.fixture
def account(server: Server) -> Account:
    return server.account()
