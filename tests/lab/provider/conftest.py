"""A toy cloud: a dictionary behind a record, so that the life cycle can be tested without an emulator."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from handoff.lab.provider.connect import Connections
from handoff.lab.provider.record import Context, Created, EmulatorError, Missing, Naming, Record


@dataclass
class ToyCloud:
    """Things by id; `forgets` are fields that the API takes and loses; `refuses` are ids whose deletion it refuses."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    forgets: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    updates: int = 0

    def _hold(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in inputs.items() if key in {"name", "tags", "policy", "size"} and key not in self.forgets}

    def create(self, _ctx: Context, inputs: dict[str, Any]) -> Created:
        if inputs["name"] in self.things:
            raise EmulatorError("AlreadyExists", inputs["name"], status=409)
        self.things[inputs["name"]] = {**self._hold(inputs), "arn": f"arn:{inputs['name']}", "size": inputs.get("size", 8)}
        return Created(id=inputs["name"], outputs={"key": "hush"})

    def read(self, _ctx: Context, name: str, _state: dict[str, Any]) -> dict[str, Any] | None:
        if name not in self.things:
            raise Missing("NoSuchThing", name, status=404)
        return dict(self.things[name])

    def update(self, _ctx: Context, name: str, _old: dict[str, Any], new: dict[str, Any]) -> None:
        self.updates += 1
        self.things[name] = {"size": 8, "arn": self.things[name]["arn"], **self._hold(new)}

    def delete(self, _ctx: Context, name: str, _state: dict[str, Any]) -> None:
        if name in self.refuses:
            raise EmulatorError("InUse", name, status=409)
        if name not in self.things:
            raise Missing("NoSuchThing", name, status=404)
        del self.things[name]


@pytest.fixture
def cloud() -> ToyCloud:
    return ToyCloud()


@pytest.fixture
def record(cloud: ToyCloud) -> Record:
    return Record(
        token="toy:index:Thing",
        create=cloud.create,
        read=cloud.read,
        update=cloud.update,
        delete=cloud.delete,
        handled=frozenset({"name", "tags", "policy", "size", "region"}),
        write_only=frozenset({"password"}),
        kept=frozenset({"note"}),
        computed=frozenset({"arn", "key", "size"}),
        secret=frozenset({"key"}),
        documents=frozenset({"policy"}),
        defaults={"note": "none"},
        replace_on=frozenset({"name", "region"}),
        implied=lambda ctx: {"region": ctx.region},
        name_property="name",
        naming=Naming(max_length=32),
    )


@pytest.fixture
def frozen(record: Record) -> Record:
    """The same without an update: every change replaces."""
    return replace(record, token="toy:index:Stone", update=None, delete_before_replace=True)


@pytest.fixture
def ctx() -> Connections:
    return Connections({"region": "here"}, environ={})
