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
    ("", "not JSON"),
    ("[1, 2]", "not a JSON object"),
    ('"text"', "not a JSON object"),
    ("{'a': 1}", "not JSON"),
    ({"version": 3}, "no deployment"),
    ({"deployment": []}, "no deployment"),
    ({"deployment": {"resources": {}}}, "not a list"),
    ({"deployment": {"resources": ["x"]}}, "resources\\[0\\]: not a JSON object"),
    ({"deployment": {"resources": [{"type": "a"}]}}, "has no urn"),
    ({"deployment": {"resources": [{"urn": ROOT}]}}, "has no type"),
    (
        {"deployment": {"resources": [{"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"}]}},
        "state of project shop, not of handoff",
    ),
    ("[" * 100_000, "not JSON|nested"),
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
    with pytest.raises(UsageError, match="not UTF-8"):
        state.from_state(binary)
