"""The gateway's parts by themselves: tables, the catalogue, shapes of answers, places in listings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from handoff.lab.aws import catalogue
from handoff.lab.aws.models import operation_model
from handoff.lab.aws.paging import Paging, Place, cut, paging_of, place
from handoff.lab.aws.shapes import faults
from handoff.lab.aws.standin import Fault, StandIn
from handoff.lab.aws.state import State


def test_tables_come_back_bytes_and_all(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    state.table("1", "global", "iam", "keys")["one"] = {"body": b"\x00\xff", "times": [1, None]}
    state.save()
    again = State(tmp_path / "state.json")
    again.load()
    assert again.table("1", "global", "iam", "keys") == {"one": {"body": b"\x00\xff", "times": [1, None]}}
    assert again.table("2", "global", "iam", "keys") == {}


def test_a_table_that_json_does_not_know_is_lost_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = State(tmp_path / "state.json")
    state.table("1", "r", "good", "t")["a"] = 1
    state.table("1", "r", "bad", "t")["a"] = object()
    state.save()
    assert "1/r/bad/t" in caplog.text
    again = State(tmp_path / "state.json")
    again.load()
    assert (again.table("1", "r", "good", "t"), again.table("1", "r", "bad", "t")) == ({"a": 1}, {})


def test_a_file_that_is_none_ends_the_process_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text('{"cut', encoding="utf-8")
    with pytest.raises(SystemExit, match="cannot be read"):
        State(file).load()
    assert file.read_text(encoding="utf-8") == '{"cut'


class One(StandIn):
    service = "ram"

    def ListPermissions(self, p: Any) -> Any:
        return {}


class Other(One):
    def helper(self) -> None:
        """In lower case, so no operation."""


def test_two_for_one_operation_are_refused() -> None:
    assert set(catalogue.Catalogue(State(), [Other]).operations) == {"ram:ListPermissions"}
    with pytest.raises(ValueError, match="ram:ListPermissions is served by"):
        catalogue.Catalogue(State(), [One, Other])


def test_every_stand_in_serves_operations_that_the_vendor_has() -> None:
    unknown = {}
    for op in catalogue.Catalogue(State(), catalogue.found()).operations:
        service, name = op.split(":")
        if name not in operation_model(service, name).service_model.operation_names:
            unknown[op] = name
    assert unknown == {}


GOOD = {"trustAnchors": [{"trustAnchorId": "a", "enabled": True, "createdAt": "2026-01-02T03:04:05Z", "source": {"sourceType": "AWS_ACM_PCA"}}]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"trustAnchors": {}}, [".trustAnchors is dict, not list"]),
        ({"anchors": []}, [".anchors is no member of ListTrustAnchorsResponse"]),
        ({"trustAnchors": [{"enabled": 1}]}, [".trustAnchors[0].enabled is int, not boolean"]),
        ({"trustAnchors": [{"createdAt": "yesterday"}]}, [".trustAnchors[0].createdAt is 'yesterday', not a time"]),
        ({"trustAnchors": [{"source": {"sourceType": "PAPER"}}]}, [".trustAnchors[0].source.sourceType is 'PAPER', which the model does not list"]),
        ({"nextToken": None}, [".nextToken is NoneType, not string"]),
    ],
)
def test_an_answer_is_held_to_the_vendors_model(change: dict[str, Any], said: list[str]) -> None:
    assert list(faults(operation_model("rolesanywhere", "ListTrustAnchors").output_shape, {**GOOD, **change})) == said


def test_a_missing_member_is_told() -> None:
    shape = operation_model("rolesanywhere", "DisableTrustAnchor").output_shape
    assert list(faults(shape, {"trustAnchor": {}})) == []
    assert list(faults(shape, {})) == [".trustAnchor is missing"]


def test_pages_are_cut_as_the_vendor_defines_them() -> None:
    assert paging_of("iam", "GetUser") is None
    paging = paging_of("iam", "GetAccountAuthorizationDetails")
    assert paging is not None
    assert (paging.token_in, paging.token_out, paging.more) == ("Marker", "Marker", "IsTruncated")
    whole = {"UserDetailList": [1, 2], "GroupDetailList": [3], "RoleDetailList": [], "Policies": [4]}
    seen, at = [], Place()
    for _ in range(3):
        page = cut(whole, paging, at, 2)
        seen.append([page[name] for name in ("UserDetailList", "GroupDetailList", "Policies")])
        if not page["IsTruncated"]:
            break
        at = place(page["Marker"]) or Place()
    assert seen == [[[1, 2], [], []], [[], [3], [4]]]


def test_a_token_behind_ours_is_kept() -> None:
    paging = Paging(token_in="t", token_out="t", lists=("x",))
    first = cut({"x": [1, 2], "t": "theirs"}, paging, Place(), 1)
    assert place(first["t"]) == Place(offset=1)
    second = cut({"x": [1, 2], "t": "theirs"}, paging, Place(offset=1), 1)
    assert place(second["t"]) == Place(inner="theirs")
    assert cut({"x": [3]}, paging, Place(inner="theirs"), 1) == {"x": [3]}
    assert place("theirs") is None
    with pytest.raises(Fault):
        place("handoff.no.number")
