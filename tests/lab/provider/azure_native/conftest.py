"""A provider instance against the session's lab, and a resource group of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pytest

from handoff.lab.provider import lifecycle
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.known import package
from handoff.lab.provider.record import Properties, Record

GROUP = "records-test"


class Lab(Protocol):
    env: Mapping[str, str]


class Stack:
    """Resources the way the engine handles them: checked, created, read back, changed, deleted."""

    def __init__(self, connections: Connections) -> None:
        self.ctx = connections

    def record(self, token: str) -> Record:
        return package("azure-native").records[token]

    def check(self, token: str, /, **inputs: Any) -> lifecycle.Checked:
        return lifecycle.check(self.ctx, self.record(token), lifecycle.Draft(name="one", news=inputs, olds={}, seed=b"seed"))

    def create(self, token: str, /, **inputs: Any) -> tuple[str, Properties, Properties]:
        """Id, inputs, state."""
        checked = self.check(token, **inputs)
        assert not checked.failures, checked.failures
        resource_id, state = lifecycle.create(self.ctx, self.record(token), checked.inputs)
        return resource_id, checked.inputs, state

    def update(self, token: str, resource_id: str, old: Properties, state: Properties, **changes: Any) -> tuple[Properties, Properties]:
        news = {**old, **changes}
        return news, lifecycle.update(self.ctx, self.record(token), resource_id, old, state, news)

    def difference(self, token: str, old: Properties, state: Properties, **changes: Any) -> lifecycle.Difference:
        return lifecycle.difference(self.ctx, self.record(token), old, state, {**old, **changes})

    def refresh(self, token: str, resource_id: str, inputs: Properties, state: Properties) -> tuple[Properties, Properties] | None:
        return lifecycle.read(self.ctx, self.record(token), resource_id, inputs, state)

    def imported(self, token: str, resource_id: str) -> tuple[Properties, Properties] | None:
        return lifecycle.read(self.ctx, self.record(token), resource_id, {}, {})

    def delete(self, token: str, resource_id: str, state: Properties) -> None:
        lifecycle.delete(self.ctx, self.record(token), resource_id, state)


@pytest.fixture(scope="session")
def azure(lab: Lab) -> Iterator[Stack]:
    """With the resource group in which the tests make their things."""
    stack = Stack(Connections({"location": "westeurope"}, lab.env))
    token = "azure-native:resources:ResourceGroup"
    group, _, state = stack.create(token, resourceGroupName=GROUP, location="westeurope", tags={"owner": "client"})
    yield stack
    stack.delete(token, group, state)
