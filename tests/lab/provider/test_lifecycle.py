from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from handoff.lab.provider import lifecycle
from handoff.lab.provider.failures import HalfDone
from handoff.lab.provider.lifecycle import Draft
from handoff.lab.provider.record import EmulatorError
from handoff.lab.provider.values import UNKNOWN

if TYPE_CHECKING:
    from conftest import ToyCloud  # pytest puts each folder's conftest under this name

    from handoff.lab.provider.connect import Connections
    from handoff.lab.provider.record import Record


def draft(news: dict[str, Any], **more: Any) -> Draft:
    return Draft(name="thing", news=news, olds=more.pop("olds", {}), **more)


def test_check_fills_in_names_defaults_and_documents(ctx: Connections, record: Record) -> None:
    checked = lifecycle.check(ctx, record, draft({"policy": {"Version": "1"}}, seed=b"s"))
    assert not checked.failures
    assert re.fullmatch(r"thing-[0-9a-f]{7}", checked.inputs["name"])
    assert checked.inputs["note"] == "none"
    assert json.loads(checked.inputs["policy"]) == {"Version": "1"}
    again = lifecycle.check(ctx, record, draft({"policy": {"Version": UNKNOWN}}, olds=checked.inputs))
    assert again.inputs["name"] == checked.inputs["name"]
    assert again.inputs["policy"] is UNKNOWN


def test_check_names_what_it_does_not_handle(ctx: Connections, record: Record) -> None:
    assert not lifecycle.check(ctx, record, draft({"note": "n", "password": "p"})).failures
    failures = lifecycle.check(ctx, record, draft({"colour": "red"})).failures
    assert set(failures) == {"colour"}
    assert "does not handle" in failures["colour"]


def test_stack_naming_is_respected(ctx: Connections, record: Record) -> None:
    assert lifecycle.check(ctx, record, draft({}, proposed_name="dictated")).inputs["name"] == "dictated"
    assert set(lifecycle.check(ctx, record, draft({}, naming_disabled=True)).failures) == {"name"}
    assert not lifecycle.check(ctx, record, draft({"name": "mine"}, naming_disabled=True)).failures


def test_preview_shows_unknown_outputs(record: Record) -> None:
    assert lifecycle.foresee(record, {"name": "a"}) == {"name": "a", "arn": UNKNOWN, "key": UNKNOWN, "size": UNKNOWN}
    state = {"name": "a", "arn": "arn:a", "key": "hush", "size": 8, "tags": {"x": "1"}}
    assert lifecycle.foresee(record, {"name": "a"}, state) == {"name": "a", "arn": "arn:a", "key": "hush", "size": 8}


def test_create_reads_back(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    resource_id, state = lifecycle.create(ctx, record, {"name": "a", "tags": {"x": "1"}, "note": "n", "password": "p"})
    assert resource_id == "a"
    assert state == {"name": "a", "arn": "arn:a", "key": "hush", "size": 8, "tags": {"x": "1"}, "note": "n", "password": "p"}
    assert "password" not in cloud.things["a"]


def test_what_the_cloud_drops_is_an_error_and_mended_later(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    inputs = {"name": "a", "tags": {"x": "1"}}
    cloud.forgets = {"tags"}
    with pytest.raises(HalfDone, match=r"does not hold .*: tags") as caught:
        lifecycle.create(ctx, record, inputs)
    half = caught.value
    assert half.resource_id == "a"
    assert "tags" in lifecycle.difference(ctx, record, half.inputs, half.state, inputs).changes
    cloud.forgets = set()
    state = lifecycle.update(ctx, record, "a", half.inputs, half.state, inputs)
    assert state["tags"] == {"x": "1"}


def test_a_refused_creation_leaves_nothing(ctx: Connections, record: Record) -> None:
    lifecycle.create(ctx, record, {"name": "a"})
    with pytest.raises(EmulatorError, match="AlreadyExists: a") as caught:
        lifecycle.create(ctx, record, {"name": "a"})
    assert not isinstance(caught.value, HalfDone)


def test_refresh_finds_drift_and_only_drift(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    inputs = {"name": "a", "tags": {"x": "1"}, "policy": '{"a": 1}', "note": "n", "password": "p"}
    _, state = lifecycle.create(ctx, record, inputs)
    cloud.things["a"]["policy"] = '{"a":1}'
    assert lifecycle.read(ctx, record, "a", inputs, state) == (inputs, state)
    cloud.things["a"]["tags"] = {"x": "1", "hand": "made"}
    cloud.things["a"]["policy"] = '{"a": 2}'
    drifted = lifecycle.read(ctx, record, "a", inputs, state)
    assert drifted is not None
    assert drifted[0] == {**inputs, "tags": {"x": "1", "hand": "made"}, "policy": '{"a": 2}'}
    assert drifted[1]["key"] == "hush"
    del cloud.things["a"]
    assert lifecycle.read(ctx, record, "a", inputs, state) is None


def test_import_reads_from_the_id_alone(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    cloud.things["a"] = {"name": "a", "arn": "arn:a", "size": 8, "tags": {"x": "1"}, "region": "here"}
    assert lifecycle.read(ctx, record, "a", {}, {}) == ({"name": "a", "size": 8, "tags": {"x": "1"}, "note": "none"}, cloud.things["a"])


def test_difference_says_what_replaces(ctx: Connections, record: Record, frozen: Record) -> None:
    old = {"name": "a", "tags": {"x": "1"}}
    assert not lifecycle.difference(ctx, record, old, old, old).changes
    assert not lifecycle.difference(ctx, record, old, old, {**old, "tags": {"x": "2"}}).replaces
    assert lifecycle.difference(ctx, record, old, old, {"name": "b"}).replaces == {"name"}
    assert lifecycle.difference(ctx, frozen, old, old, {**old, "tags": {"x": "2"}}).replaces == {"tags"}
    assert not lifecycle.difference(ctx, frozen, old, old, {**old, "note": "n"}).replaces


def test_what_the_provider_implies_counts_as_set(ctx: Connections, record: Record) -> None:
    old, state = {"name": "a"}, {"name": "a", "region": "here"}
    assert not lifecycle.difference(ctx, record, old, state, {"name": "a", "region": "here"}).changes
    assert lifecycle.difference(ctx, record, old, state, {"name": "a", "region": "there"}).replaces == {"region"}
    assert lifecycle.difference(ctx, record, old, {**state, "region": "elsewhere"}, old).replaces == {"region"}


def test_a_note_that_only_state_keeps_reaches_no_cloud(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    inputs = {"name": "a", "note": "old"}
    _, state = lifecycle.create(ctx, record, inputs)
    assert lifecycle.update(ctx, record, "a", inputs, state, {"name": "a", "note": "new"})["note"] == "new"
    assert cloud.updates == 0
    lifecycle.update(ctx, record, "a", inputs, state, {"name": "a", "note": "new", "size": 9})
    assert cloud.updates == 1


def test_deleting_twice_is_fine_and_a_refusal_is_not(ctx: Connections, record: Record, cloud: ToyCloud) -> None:
    lifecycle.create(ctx, record, {"name": "a"})
    cloud.refuses = {"a"}
    with pytest.raises(EmulatorError, match="InUse"):
        lifecycle.delete(ctx, record, "a", {})
    cloud.refuses = set()
    lifecycle.delete(ctx, record, "a", {})
    lifecycle.delete(ctx, record, "a", {})
    assert not cloud.things
