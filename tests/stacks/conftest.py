"""Runs the project's program under Pulumi's mocks, each time afresh, and keeps what it registered."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., "Estate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One resource as the program asked for it."""

    token: str
    name: str
    inputs: Mapping[str, Any]
    provider: str


@dataclass(slots=True, kw_only=True)
class Estate(mocks.Mocks):
    """Everything of one run."""

    made: list[Made] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        inputs = dict(args.inputs)
        self.made.append(Made(token=args.typ, name=args.name, inputs=inputs, provider=args.provider))
        # What clouds compute; the text says where a value came from, so that references can be followed.
        return f"{args.name}-id", {
            "name": args.name,
            "arn": f"arn:of:{args.typ}:{args.name}",
            "keyId": f"key:{args.name}",
            "number": "123456789012",
            "objectId": f"object:{args.name}",
        } | inputs

    def call(self, args: mocks.MockCallArgs) -> dict[Any, Any]:
        self.calls.append(args.token)
        return {}

    def of(self, token: str) -> list[Made]:
        return [one for one in self.made if one.token == token]

    def one(self, token: str, name: str) -> Made:
        (found,) = (each for each in self.of(token) if each.name == name)
        return found

    @property
    def resources(self) -> list[Made]:
        """Without components and providers."""
        return [one for one in self.made if not one.token.startswith(("handoff:", "pulumi:"))]

    @property
    def tokens(self) -> set[str]:
        return {one.token for one in self.resources}


def run_program(spec: Path | str, environment: str, **config: object) -> Estate:
    """One run of the program over a spec, with further `handoff:` configuration."""
    estate = Estate()
    settings = {"spec": str(spec), "environment": environment, "storeSecret": "only for tests", **config}
    mocks.set_mocks(estate, project="handoff", stack="test", preview=False)
    texts = {f"handoff:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()}
    pulumi.runtime.set_all_config(texts, ["handoff:storeSecret"])

    @pulumi.runtime.test
    def program() -> None:
        runpy.run_path(str(ROOT / "stacks"), run_name="__main__")

    program()
    return estate


@pytest.fixture(scope="session")
def acme() -> Estate:
    """The three-cloud sample."""
    return run_program("engagements/acme-health.yaml", "prod")


@pytest.fixture(scope="session")
def harbor() -> Estate:
    """The AWS-only sample."""
    return run_program("engagements/harbor-books.yaml", "shop")


@pytest.fixture
def run() -> Run:
    """Runs the program over a spec of the test's own."""
    return run_program
