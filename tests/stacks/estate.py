"""Runs the project's program under Pulumi's mocks, each time afresh, and keeps what it registered."""

from __future__ import annotations

import json
import runpy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
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
        self.made.append(Made(token=args.typ, name=args.name, inputs=inputs, provider=args.provider or ""))
        # What clouds compute; the text says where a value came from, so that references can be followed.
        made = {
            "name": args.name,
            "arn": f"arn:of:{args.typ}:{args.name}",
            "keyId": f"key:{args.name}",
            "number": "123456789012",
            "objectId": f"object:{args.name}",
            "principalId": f"principal:{args.name}",
            "member": f"serviceAccount:{args.name}",
            "email": args.name,
        }
        return f"{args.name}-id", made | _answered(inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        self.calls.append(args.token)
        return {}, None

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


def _answered(inputs: dict[str, Any]) -> dict[str, Any]:
    """Azure is given a list of identities and answers with an object by their ids; the SDK reads nothing else."""
    identity = inputs.get("identity")
    if isinstance(identity, dict) and isinstance(ids := identity.get("userAssignedIdentities"), list):
        return {**inputs, "identity": {**identity, "userAssignedIdentities": {one: {} for one in ids}}}
    return inputs


def run_text(text: str) -> Estate:
    """One run of a small program that is given as text."""
    estate = Estate()
    mocks.set_mocks(estate, project="handoff", stack="test", preview=False)
    pulumi.runtime.set_all_config({}, [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pulumi.runtime.test(lambda: exec(compile(text, "<snippet>", "exec"), {"__name__": "__main__"}))()  # type: ignore[no-untyped-call]  # noqa: S102 - the project's own snippets
    return estate


def run_program(spec: Path | str, environment: str, **config: object) -> Estate:
    """One run of the program over a spec, with further `handoff:` configuration."""
    estate = Estate()
    settings = {"spec": str(spec), "environment": environment, "storeSecret": "only for tests", **config}
    mocks.set_mocks(estate, project="handoff", stack="test", preview=False)
    texts = {f"handoff:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()}
    pulumi.runtime.set_all_config(texts, ["handoff:storeSecret"])

    def program() -> None:
        runpy.run_path(str(ROOT / "stacks"), run_name="__main__")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDKs warn about themselves while they load
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    return estate
