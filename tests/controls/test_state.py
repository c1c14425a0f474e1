from __future__ import annotations

import json
from pathlib import Path

import pytest

from handoff.controls import state
from handoff.controls.resource import UNKNOWN
from handoff.errors import UsageError

PROVIDER = "urn:pulumi:dev::handoff::pulumi:providers:aws::aws"
BUCKET = "urn:pulumi:dev::handoff::handoff:aws:Store$aws:s3/bucket:Bucket::records"
BLOCK = "urn:pulumi:dev::handoff::aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::records"
ROOT = "urn:pulumi:dev::handoff::pulumi:pulumi:Stack::handoff-dev"


def rows() -> list[dict[str, object]]:
    return [
        {"urn": ROOT, "type": "pulumi:pulumi:Stack", "outputs": {"environment": "prod", "engagement": "acme-health"}},
        {"urn": PROVIDER, "type": "pulumi:providers:aws", "id": "1", "inputs": {"region": "eu-west-1"}},
        {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "id": "b", "inputs": {"bucket": "records"}, "provider": f"{PROVIDER}::1"},
        {
            "urn": BLOCK,
            "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "inputs": {"bucket": "records"},
            "propertyDependencies": {"bucket": [BUCKET], "x": None},
        },
        {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "inputs": {}, "delete": True},
    ]


SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def deep(levels: int) -> str:
    """A state with one input that is nested so deeply."""
    return f'{{"version": 3, "deployment": {{"resources": [{{"urn": "{BUCKET}", "type": "a", "inputs": {{"x": {"[" * levels}{"]" * levels}}}}}]}}}}'


def write(path: Path, body: object) -> Path:
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return path


def test_an_exported_state_is_read_whole(tmp_path: Path) -> None:
    read = state.from_state(write(tmp_path / "state.json", {"version": 3, "deployment": {"resources": rows()}}))
    assert (read.stack_name, read.project, read.environment, read.engagement) == ("dev", "handoff", "prod", "acme-health")
    provider, bucket, block = read.stack.resources
    assert provider.type == "pulumi:providers:aws"
    assert bucket.name == "records"
    assert bucket.provider is not None
    assert bucket.provider.inputs == {"region": "eu-west-1"}
    assert read.stack.made_from(block, "bucket", "aws:s3/bucket:Bucket") == (bucket,)


def test_a_preview_is_the_stack_as_it_would_be(tmp_path: Path) -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    first, second, third, fourth, _ = rows()
    steps = [
        {"op": "create", "urn": ROOT, "newState": first},
        {"op": "same", "urn": PROVIDER, "oldState": second, "newState": second},
        {"op": "update", "urn": BUCKET, "oldState": third, "newState": {**third, "inputs": {"bucket": unknown}}},
        {"op": "delete", "urn": BLOCK, "oldState": fourth},
    ]
    read = state.from_preview(write(tmp_path / "preview.json", {"config": {}, "steps": steps}))
    assert [one.name for one in read.stack.resources] == ["aws", "records"]
    assert read.stack.resources[1].get("bucket") is UNKNOWN


def test_a_preview_that_leaves_out_what_would_not_change_is_refused(tmp_path: Path) -> None:
    first, second, *_ = rows()
    steps = [{"op": "same", "urn": ROOT, "oldState": first, "newState": first}]
    body = {"steps": steps, "changeSummary": {"same": 2}}
    with pytest.raises(UsageError, match="leaves out 1 resources"):
        state.from_preview(write(tmp_path / "preview.json", body))
    steps.append({"op": "same", "urn": PROVIDER, "oldState": second, "newState": second})
    assert len(state.from_preview(write(tmp_path / "preview.json", body)).stack.resources) == 1


def test_an_empty_stack_is_no_error(tmp_path: Path) -> None:
    assert state.from_state(write(tmp_path / "state.json", {"version": 3, "deployment": {"manifest": {}}})).stack.resources == ()


BAD = [
    ('{"version": 3, "deployment": {"resources": [{"urn": "u', "cut off"),
    ("", "not JSON: the file is empty"),
    (" \n", "not JSON: the file is empty"),
    ('{"version": 3, "deployment": {"resources": [{"urn": "' + "1" * 20, "cut off"),
    ('{"version": ' + "9" * 5000 + "}", "thousands of digits"),
    ("[1, 2]", "not a JSON object"),
    ('"text"', "not a JSON object"),
    ("{'a': 1}", "not JSON"),
    ({"version": 3}, "no deployment"),
    ({"deployment": []}, "no deployment"),
    ({"deployment": {"resources": []}}, "version null of the state's format, and only 3, 4 are read"),
    *(({"version": one, "deployment": {"resources": []}}, "of the state's format") for one in (1, 2, 5, "3", 3.5, None, [3], {})),
    ({"version": 3, "deployment": {"resources": {}}}, "not a list"),
    ({"version": 3, "deployment": {"resources": ["x"]}}, "resources\\[0\\]: not a JSON object"),
    ({"version": 3, "deployment": {"resources": [{"type": "a"}]}}, "has no urn"),
    ({"version": 3, "deployment": {"resources": [{"urn": ROOT}]}}, "has no type"),
    ({"version": 3, "deployment": {"resources": [{"urn": 7, "type": "a"}]}}, "has no urn"),
    ({"version": 3, "deployment": {"resources": [{"urn": ROOT, "type": ""}]}}, "has no type"),
    *(({"version": 3, "deployment": {"resources": [{"urn": one, "type": "a"}]}}, "a urn that is none") for one in ("u", "urn:pulumi:dev", "a::b::c::d")),
    *(
        ({"version": 3, "deployment": {"resources": [{"urn": BUCKET, "type": "a", "inputs": one}]}}, "resources\\[0\\].inputs: not an object")
        for one in ([1], 7, "x", True)
    ),
    ({"version": 3, "deployment": {"resources": [{"urn": ROOT, "type": "pulumi:pulumi:Stack", "outputs": [1]}]}}, "resources\\[0\\].outputs: not an object"),
    (
        {"version": 3, "deployment": {"resources": [{"urn": BUCKET, "type": "a", "inputs": {"x": {SIGNATURE: SECRET, "plaintext": "{"}}}]}},
        "a secret that is not JSON",
    ),
    (
        {"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"}]}},
        "state of project shop, not of handoff",
    ),
    ("[" * 100_000, "not JSON|nested"),
    (deep(10_000), "nested too deeply"),
]


@pytest.mark.parametrize(("body", "expected"), BAD)
def test_a_file_that_is_no_state_is_one_clear_error(tmp_path: Path, body: object, expected: str) -> None:
    path = write(tmp_path / "state.json", body)
    with pytest.raises(UsageError, match=expected) as caught:
        state.from_state(path)
    assert str(path) in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"version": 3, "deployment": {}}, "not a preview"),
        ({"steps": [1]}, "steps\\[0\\] is not an object"),
        ({"steps": [{"op": "create"}]}, "not a JSON object"),
        (
            {"steps": [{"op": "create", "newState": {"urn": ROOT.replace("handoff", "shop"), "type": "pulumi:pulumi:Stack"}}]},
            "state of project shop, not of handoff",
        ),
        ({"steps": [{"op": "create", "newState": {"urn": ROOT, "type": "t", "inputs": [1]}}]}, "steps\\[0\\].newState.inputs: not an object"),
    ],
)
def test_a_file_that_is_no_preview_is_one_clear_error(tmp_path: Path, body: object, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        state.from_preview(write(tmp_path / "preview.json", body))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        state.from_state(tmp_path / "absent.json")
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"not UTF-8 text \(byte 0\)"):
        state.from_state(binary)
    with pytest.raises(UsageError, match="Is a directory"):
        state.from_state(tmp_path)


def test_a_file_cut_inside_a_character_is_cut_off(tmp_path: Path) -> None:
    whole = json.dumps({"version": 3, "deployment": {"resources": rows()}, "note": "Zürich"}, ensure_ascii=False).encode("utf-8")
    path = tmp_path / "state.json"
    path.write_bytes(whole)
    assert len(state.from_state(path).stack.resources) == 3
    path.write_bytes(whole[: whole.index("ü".encode()) + 1])
    with pytest.raises(UsageError, match="ends in the middle of a character: the file is cut off"):
        state.from_state(path)


def test_what_can_be_nested_is_read(tmp_path: Path) -> None:
    assert len(state.from_state(write(tmp_path / "state.json", deep(50))).stack.resources) == 1


def test_inputs_that_are_null_are_none(tmp_path: Path) -> None:
    row = {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "inputs": None, "propertyDependencies": {"a": 7, "b": [BUCKET]}}
    (bucket,) = state.from_state(write(tmp_path / "state.json", {"version": 4, "deployment": {"resources": [row]}})).stack.resources
    assert bucket.inputs == {}
    assert bucket.links == {"b": (BUCKET,)}


def test_secrets_that_cannot_be_read_are_unknown(tmp_path: Path) -> None:
    inputs = {"closed": {SIGNATURE: SECRET, "ciphertext": "AAA"}, "open": {SIGNATURE: SECRET, "plaintext": '"x"'}}
    body = {"version": 3, "deployment": {"resources": [{"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "inputs": inputs}]}}
    (bucket,) = state.from_state(write(tmp_path / "state.json", body)).stack.resources
    assert bucket.get("closed") is UNKNOWN
    assert bucket.get("open") == "x"


def test_where_a_program_makes_a_resource_and_what_only_groups(tmp_path: Path) -> None:
    first, _, third, fourth, _ = rows()
    body = {
        "version": 3,
        "deployment": {"resources": [first, {**third, "custom": True, "sourcePosition": "project:///stacks/aws.py#12,5"}, {**fourth, "custom": False}]},
    }
    read = state.from_state(write(tmp_path / "state.json", body))
    assert read.positions == {BUCKET: state.Position(file="stacks/aws.py", line=12)}
    assert read.components == {BLOCK}


def test_a_preview_that_stopped_on_an_error_is_refused_and_one_with_warnings_is_read(tmp_path: Path) -> None:
    path = tmp_path / "preview.json"
    warned = {"steps": [], "diagnostics": [{"severity": "warning", "message": "old"}, "no object", {"message": "no severity"}]}
    path.write_text(json.dumps(warned), encoding="utf-8")
    assert state.from_preview(path).stack.resources == ()
    path.write_text(json.dumps({**warned, "diagnostics": [{"severity": "error", "message": "program failed:\n  KeyError"}]}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"stopped on an error.*program failed: KeyError"):
        state.from_preview(path)
