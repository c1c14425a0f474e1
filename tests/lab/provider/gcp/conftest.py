"""Provider instances against the session's lab, each in a project of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from handoff.lab import identities
from handoff.lab.provider import lifecycle
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.known import package
from handoff.lab.provider.record import Properties


class Lab(Protocol):
    env: dict[str, str]


class Stack:
    """Resources the way the engine handles them: checked, created, read back, changed, deleted."""

    def __init__(self, connections: Connections) -> None:
        self.ctx = connections
        self.made: list[tuple[str, str, Properties]] = []

    def check(self, token: str, name: str, /, **inputs: Any) -> lifecycle.Checked:
        return lifecycle.check(self.ctx, package("gcp").records[token], lifecycle.Draft(name=name, news=inputs, olds={}))

    def create(self, token: str, name: str, /, **inputs: Any) -> tuple[str, Properties, Properties]:
        """Id, inputs, state."""
        checked = self.check(token, name, **inputs)
        assert not checked.failures, checked.failures
        resource_id, state = lifecycle.create(self.ctx, package("gcp").records[token], checked.inputs)
        self.made.append((token, resource_id, state))
        return resource_id, checked.inputs, state

    def update(self, token: str, resource_id: str, old: Properties, state: Properties, **changes: Any) -> tuple[Properties, Properties]:
        """New inputs and state; None as a value takes an input away."""
        news = {key: value for key, value in {**old, **changes}.items() if value is not None}
        return news, lifecycle.update(self.ctx, package("gcp").records[token], resource_id, old, state, news)

    def difference(self, token: str, old: Properties, state: Properties, **changes: Any) -> lifecycle.Difference:
        return lifecycle.difference(self.ctx, package("gcp").records[token], old, state, {**old, **changes})

    def refresh(self, token: str, resource_id: str, inputs: Properties, state: Properties) -> tuple[Properties, Properties] | None:
        return lifecycle.read(self.ctx, package("gcp").records[token], resource_id, inputs, state)

    def imported(self, token: str, resource_id: str) -> tuple[Properties, Properties] | None:
        return lifecycle.read(self.ctx, package("gcp").records[token], resource_id, {}, {})

    def delete(self, token: str, resource_id: str, state: Properties) -> None:
        lifecycle.delete(self.ctx, package("gcp").records[token], resource_id, state)


@pytest.fixture(scope="session")
def stack_in(lab: Lab) -> Callable[[str], Stack]:
    def make(project: str) -> Stack:
        stack = Stack(Connections({"project": project, "region": "europe-west1"}, lab.env))
        stack.create(
            "gcp:organizations/project:Project",
            project,
            projectId=project,
            name=project,
            orgId=identities.CLIENT_GCP_ORGANIZATION,
            billingAccount=identities.BILLING_ACCOUNT,
            autoCreateNetwork=False,
            deletionPolicy="DELETE",
            labels={"owner": "client"},
        )
        return stack

    return make


@pytest.fixture(scope="session")
def stack(stack_in: Callable[[str], Stack]) -> Stack:
    return stack_in("records-all")
