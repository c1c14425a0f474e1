from __future__ import annotations

import hashlib
import json
import multiprocessing
import resource
import shutil
import signal
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.errors import CloudError, EvidenceInvalid, MachineError, UsageError
from handoff.exports._bag import write_bag
from handoff.exports._check import check_bag
from handoff.exports._contract import ObjectInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
INFO = {"Source-Organization": "Acme Health", "External-Description": "two\nlines: of text"}


def info_of(key: str, data: bytes, **more: object) -> ObjectInfo:
    return ObjectInfo(**({"key": key, "size_bytes": len(data), "etag": hashlib.sha1(data).hexdigest()} | more))  # type: ignore[arg-type] # noqa: S324


def reader(content: dict[str, bytes], asked: list[str] | None = None) -> Callable[[ObjectInfo], Iterator[bytes]]:
    def read(item: ObjectInfo) -> Iterator[bytes]:
        if asked is not None:
            asked.append(item.key)
        data = content[item.key]
        yield from (data[at : at + 3] for at in range(0, len(data), 3))

    return read


def bagged(path: Path, content: dict[str, bytes]) -> Path:
    write_bag(path, [info_of(key, data) for key, data in content.items()], reader(content), info=INFO, at=AT)
    return path


CONTENT = {"a/readme.txt": b"hello world", "a/b.bin": b"", "zürich/日本": b"x" * 10_000}


def test_a_bag_is_valid_by_our_check_and_by_the_reference_implementation(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [info_of(key, data) for key, data in CONTENT.items()], reader(CONTENT), info=INFO, at=AT)
    assert (bag.objects, bag.size_bytes) == (3, 10_011)
    assert check_bag(bag.path) == bag
    reference = bagit.Bag(str(bag.path))
    reference.validate()
    assert reference.info["Payload-Oxum"] == "10011.3"
    assert reference.info["Bagging-Date"] == "2026-11-22"
    assert reference.info["External-Description"] == "two lines: of text"
    records = [json.loads(line) for line in (bag.path / "metadata/objects.jsonl").read_text().splitlines()]
    assert {record["key"]: (bag.path / record["path"]).read_bytes() for record in records} == CONTENT
    assert not (tmp_path / "bag.partial").exists()


def test_an_empty_store_gives_a_valid_bag(tmp_path: Path) -> None:
    bagit.Bag(str(bagged(tmp_path / "bag", {}))).validate()
    assert check_bag(tmp_path / "bag").objects == 0


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    first = check_bag(bagged(tmp_path / "one", CONTENT))
    second = check_bag(bagged(tmp_path / "two", dict(reversed(CONTENT.items()))))
    assert first.tagmanifest == second.tagmanifest


keys = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("/.%~ \\:aA\n\r"), min_size=1, max_size=12)


@given(names=st.sets(keys | st.sampled_from(["../x", "/etc/passwd", "..", ".", "a", "a/b", "A", "a//b", "nul", "a/", "x" * 1000, "é", "e\u0301"]), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_keys_stay_inside_apart_and_readable(tmp_path: Path, names: set[str]) -> None:
    shutil.rmtree(tmp_path / "bag", ignore_errors=True)
    content = {name: name.encode() for name in sorted(names)}
    path = bagged(tmp_path / "bag", content)
    assert check_bag(path).objects == len(content)
    bagit.Bag(str(path)).validate()
    records = [json.loads(line) for line in (path / "metadata/objects.jsonl").read_bytes().splitlines()]
    assert {record["key"]: (path / record["path"]).read_bytes() for record in records} == content
    folded = {unicodedata.normalize("NFKC", record["path"].casefold()) for record in records}
    assert len(folded) == len(content)
    assert [one.name for one in tmp_path.iterdir()] == ["bag"]
    shutil.rmtree(path)


def test_what_an_earlier_run_finished_is_not_fetched_again(tmp_path: Path) -> None:
    class Broken(Exception):
        pass

    def breaks(item: ObjectInfo) -> Iterator[bytes]:
        if item.key.startswith("zürich"):
            yield b"half"
            raise Broken
        yield CONTENT[item.key]

    items = [info_of(key, data) for key, data in CONTENT.items()]
    with pytest.raises(Broken):
        write_bag(tmp_path / "bag", items, breaks, info=INFO, at=AT)
    assert not (tmp_path / "bag").exists()
    with pytest.raises(UsageError):
        check_bag(tmp_path / "bag.partial")
    assert not list((tmp_path / "bag.partial").rglob("日本"))
    (tmp_path / "bag.partial/data/a/b.bin").write_bytes(b"eaten by a power cut")
    (tmp_path / "bag.partial/data/stray").write_bytes(b"of an object that is gone")
    with (tmp_path / "bag.partial/.finished.jsonl").open("ab") as torn:
        torn.write(b'{"key":"a/re')
    asked: list[str] = []
    write_bag(tmp_path / "bag", items, reader(CONTENT, asked), info=INFO, at=AT)
    assert asked == ["a/b.bin", "zürich/日本"]
    assert check_bag(tmp_path / "bag").objects == 3


def test_an_object_that_changed_between_two_runs_is_fetched_again(tmp_path: Path) -> None:
    write_bag(tmp_path / "bag", [info_of("k", b"old")], reader({"k": b"old"}), info=INFO, at=AT)
    (tmp_path / "bag").rename(tmp_path / "bag.partial")
    (tmp_path / "bag.partial/.finished.jsonl").write_bytes((tmp_path / "bag.partial/metadata/objects.jsonl").read_bytes())
    write_bag(tmp_path / "bag", [info_of("k", b"new")], reader({"k": b"new"}), info=INFO, at=AT)
    assert (tmp_path / "bag/data/k").read_bytes() == b"new"
    check_bag(tmp_path / "bag")


@pytest.mark.parametrize("more", [{"size_bytes": 4}, {"checksums": {"md5": "0" * 32}}])
def test_bytes_that_are_not_what_was_listed_are_an_error(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(CloudError, match="'k'"):
        write_bag(tmp_path / "bag", [info_of("k", b"abc", **more)], reader({"k": b"abc"}), info=INFO, at=AT)
    assert not (tmp_path / "bag").exists()
    assert not (tmp_path / "bag.partial/data/k").exists()
    good = {"md5": hashlib.md5(b"abc").hexdigest()}  # noqa: S324
    write_bag(tmp_path / "bag", [info_of("k", b"abc", checksums=good)], reader({"k": b"abc"}), info=INFO, at=AT)


def test_a_name_that_is_taken_is_refused_and_left_alone(tmp_path: Path) -> None:
    bag = check_bag(bagged(tmp_path / "bag", CONTENT))
    with pytest.raises(MachineError, match="already"):
        bagged(tmp_path / "bag", {"other": b""})
    assert check_bag(tmp_path / "bag") == bag


def _limited(path: Path) -> None:
    """A process of its own whose files may hold 2,000 bytes at most, so that the write really fails half-way."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
    with pytest.raises(MachineError, match="could not be written") as caught:
        bagged(path, CONTENT)
    assert "go" in caught.value.hint


def test_a_full_disk_leaves_nothing_that_looks_finished_and_the_next_run_goes_on(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_limited, args=(tmp_path / "bag",))
    process.start()
    process.join(20)
    assert process.exitcode == 0
    assert not (tmp_path / "bag").exists()
    assert not (tmp_path / "bag.partial/bagit.txt").exists()
    assert not list((tmp_path / "bag.partial").rglob("日本"))
    assert check_bag(bagged(tmp_path / "bag", CONTENT)).objects == 3


FILES = ["data/a/readme.txt", "metadata/objects.jsonl", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt"]


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(tmp_path: Path, name: str) -> None:
    path = bagged(tmp_path / "bag", CONTENT)
    check_bag(path)
    data = bytearray((path / name).read_bytes())
    data[3] ^= 1
    (path / name).write_bytes(data)
    with pytest.raises(EvidenceInvalid) as caught:
        check_bag(path)
    assert name in caught.value.message or name == "tagmanifest-sha256.txt"


@pytest.mark.parametrize("name", [*FILES[:5], "data/zürich/日本"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    path = bagged(tmp_path / "bag", CONTENT)
    (path / name).unlink()
    with pytest.raises(EvidenceInvalid, match=name):
        check_bag(path)


def test_a_file_too_many_or_a_link_is_named(tmp_path: Path) -> None:
    path = bagged(tmp_path / "bag", CONTENT)
    (path / "data/extra").write_bytes(b"")
    with pytest.raises(EvidenceInvalid, match=r"extra.*not listed"):
        check_bag(path)
    (path / "data/extra").unlink()
    check_bag(path)
    (path / "data/a/b.bin").unlink()
    (path / "data/a/b.bin").symlink_to("/dev/null")
    with pytest.raises(EvidenceInvalid, match="link"):
        check_bag(path)


def test_a_manifest_that_leads_outside_is_refused(tmp_path: Path) -> None:
    path = bagged(tmp_path / "bag", CONTENT)
    manifest = path / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  data/../../outside\n")
    with pytest.raises(EvidenceInvalid, match="line 4"):
        check_bag(path)
