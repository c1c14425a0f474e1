from __future__ import annotations

import json
import os
import string
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.errors import SpecError
from handoff.spec import json_schema, load
from handoff.spec.reading import MAX_BYTES

TODAY = date(2026, 11, 22)
SAMPLES = Path(__file__).resolve().parents[2] / "engagements"
GOOD = (SAMPLES / "harbor-books.yaml").read_text(encoding="utf-8")

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_spec(text: str) -> Path:
        path = tmp_path / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_spec


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    data = yaml.safe_load(GOOD)
    change(data)
    return yaml.safe_dump(data, sort_keys=False)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_sample_holds(path: Path) -> None:
    assert load(path, today=TODAY).engagement.metadata.name == path.stem


def test_lines_of_fields_are_those_of_the_file(write: Write) -> None:
    loaded = load(write(GOOD), today=TODAY)
    lines = GOOD.splitlines()
    assert lines[loaded.line(("term", "end")) - 1].startswith("term:")
    assert "account:" in lines[loaded.line(("environments", 0, "aws", "account")) - 1]
    assert loaded.line(("environments", 0, "no-such-field")) == loaded.line(("environments", 0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("- a\n- b\n", "spec"),
        ("just text", "spec"),
        ("a: [1, 2", "not YAML"),
        ("a: b: c", "not YAML"),
        ("\tkey: 1", "not YAML"),
        ("a: !!python/object/apply:os.system [echo]", "cannot be read"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("? {a: 1}\n: 2\n", "keys are plain names"),
        ("base: &b {x: 1}\nother:\n  <<: *b\n", "merge keys"),
        ("a: \x00", "not YAML"),
    ],
)
def test_broken_text_is_one_clear_error(write: Write, text: str, expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        load(write(text), today=TODAY)


def test_a_duplicate_key_is_named_with_its_line(write: Write) -> None:
    text = GOOD + "\nterm: {start: 2026-01-01, end: 2026-02-01}\n"
    with pytest.raises(SpecError) as caught:
        load(write(text), today=TODAY)
    assert f"spec.yaml:{len(text.splitlines())}: term: stands twice" in caught.value.message


def test_an_alias_bomb_is_refused_quickly(write: Write) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 12)]
    began = time.monotonic()
    with pytest.raises(SpecError, match="aliases expand to too much"):
        load(write("\n".join(rows)), today=TODAY)
    assert time.monotonic() - began < 5


def test_an_alias_to_itself_is_refused(write: Write) -> None:
    with pytest.raises(SpecError):
        load(write("a: &a [*a]\n"), today=TODAY)


def test_an_honest_alias_is_read(write: Write) -> None:
    text = GOOD.replace("contacts: [operations@nimbus.example]", "contacts: &who [operations@nimbus.example]").replace("segment: smb", "segment: smb")
    assert load(write(text), today=TODAY).engagement.parties.provider.contacts == ("operations@nimbus.example",)


def test_deep_nesting_is_refused(write: Write) -> None:
    with pytest.raises(SpecError):
        load(write("a: " + "[" * 3000 + "]" * 3000), today=TODAY)


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_not(write: Write) -> None:
    padding = MAX_BYTES - len(GOOD.encode()) - 3
    assert load(write(GOOD + "\n# " + "x" * padding), today=TODAY)
    with pytest.raises(SpecError, match="larger than"):
        load(write(GOOD + "\n# " + "x" * (padding + 1)), today=TODAY)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="No such file"):
        load(tmp_path / "absent.yaml")
    with pytest.raises(SpecError, match="directory"):
        load(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(SpecError, match="not UTF-8"):
        load(binary)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(write: Write) -> None:
    path = write(GOOD)
    path.chmod(0)
    with pytest.raises(SpecError, match="Permission"):
        load(path)


def test_an_unknown_field_is_named_with_its_line(write: Write) -> None:
    text = GOOD.replace("term:", "terms: 3\nterm:")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith("terms:"))
    with pytest.raises(SpecError) as caught:
        load(write(text), today=TODAY)
    assert f"spec.yaml:{line}: terms: no such field here" in caught.value.message


def test_every_fault_comes_at_once_in_the_order_of_the_file(write: Write) -> None:
    def break_three(data: dict[str, Any]) -> None:
        data["metadata"]["name"] = "X"
        data["data"][0]["sensitivity"] = "secret"
        data["environments"][0]["aws"]["account"] = 444444444444

    with pytest.raises(SpecError) as caught:
        load(write(changed(break_three)), today=TODAY)
    rows = caught.value.message.splitlines()
    assert [row.split(": ")[1] for row in rows] == ["metadata.name", "data[0].sensitivity", "environments[0].aws.account"]
    assert "put it in quotes" in rows[2]
    assert [int(row.split(":")[1]) for row in rows] == sorted(int(row.split(":")[1]) for row in rows)


def test_the_schema_accepts_what_the_loader_accepts() -> None:
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"apiVersion", "kind", "parties", "term", "environments"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    json.dumps(schema)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(string.printable, max_size=20) | st.dates()
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(string.ascii_letters, max_size=8), inner, max_size=4), max_leaves=12
)
FIELDS = st.sampled_from(
    ["apiVersion", "kind", "metadata", "parties", "service", "requirements", "term", "data", "environments", "access", "service_levels", "exit", "waivers"]
)


def _only_spec_errors(path: Path) -> None:
    try:
        load(path, today=TODAY)
    except SpecError as error:
        assert str(path) in error.message  # noqa: PT017 - either outcome is right; this is the shape of one


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_random_text_gives_a_spec_error_or_a_spec(tmp_path: Path, text: str) -> None:
    path = tmp_path / "random.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    _only_spec_errors(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELDS, value=TREES)
def test_any_value_at_any_field_gives_a_spec_error_or_a_spec(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "random.yaml"
    path.write_text(changed(lambda data: data.__setitem__(field, value)), encoding="utf-8")
    _only_spec_errors(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spec_with_characters_changed_gives_a_spec_error_or_a_spec(tmp_path: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    end = data.draw(st.integers(at, min(len(GOOD), at + 30)))
    path = tmp_path / "random.yaml"
    path.write_text(GOOD[:at] + data.draw(st.text(string.printable, max_size=10)) + GOOD[end:], encoding="utf-8")
    _only_spec_errors(path)


def test_loading_brings_no_sdk() -> None:
    import subprocess

    code = f"import sys; from handoff.spec import load; load({str(SAMPLES / 'acme-health.yaml')!r}); print([m for m in ('boto3', 'azure', 'google', 'pulumi', 'grpc', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
