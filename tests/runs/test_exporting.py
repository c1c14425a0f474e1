from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from handoff import spec as specs
from handoff.errors import AccessDenied, CloudError, MachineError, UsageError
from handoff.evidence.state import StateFolder
from handoff.exports._check import check_bag
from handoff.exports._contract import ObjectInfo
from handoff.lags import Lags
from handoff.model import Scope, ScopeType
from handoff.runs.estate import Estate
from handoff.runs.exporting import Returned, export

AT = datetime(2026, 11, 22, tzinfo=UTC)
SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="222233334444")
SPEC = Path(__file__).parents[2] / "engagements/harbor-books.yaml"


@dataclass(kw_only=True)
class MemoryCloud:
    """Stores in memory, read through the real exports of the package."""

    held: dict[str, dict[str, bytes]]
    closed: set[str] = field(default_factory=set)
    no_list: bool = False
    scope: Scope = SCOPE
    read: list[str] = field(default_factory=list)

    def objects(self, scope: Scope, login: object = None, /) -> MemoryCloud:
        return replace(self, scope=scope, read=self.read)

    def list_stores(self) -> Iterator[str]:
        if self.no_list:
            raise AccessDenied("s3:ListAllMyBuckets")
        yield from self.held

    def list_objects(self, store: str, /) -> Iterator[ObjectInfo]:
        if store in self.closed:
            raise CloudError(f"http-503 on {store}")
        for key, data in self.held[store].items():
            yield ObjectInfo(key=key, size_bytes=len(data), etag=str(hash(data)))

    def read_object(self, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        self.read.append(f"{store}/{item.key}")
        yield self.held[store][item.key]


def estate_of(cloud: MemoryCloud) -> Estate:
    clouds = cast("Any", {"aws": cloud})
    return Estate(loaded=specs.load(SPEC), clouds=clouds, scopes=(SCOPE,), lags=Lags(kinds={}, soak_s=None, is_lab=True), endpoints=("http://127.0.0.1:1",))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    return StateFolder.of("harbor-books")


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud(held={"records": {"a": b"1", "b/c": b"22"}, "logs": {"2026": b"x"}})


def run(cloud: MemoryCloud, folder: StateFolder, out: Path, *only: str) -> list[Returned]:
    with folder.open_ledger() as ledger:
        return list(export(estate_of(cloud), out, folder, ledger, only=only, now=lambda: AT))


def test_every_store_gets_its_bag_and_its_entry(cloud: MemoryCloud, folder: StateFolder, tmp_path: Path) -> None:
    results = run(cloud, folder, tmp_path / "bags")
    assert [(one.store, one.bag.objects if one.bag else None, one.kept) for one in results] == [("logs", 1, False), ("records", 2, False)]
    bag = check_bag(tmp_path / "bags/aws-records")
    info = (bag.path / "bag-info.txt").read_text()
    assert "External-Identifier: aws:222233334444/records\n" in info
    assert "Handoff-Environment: lab\n" in info
    with folder.open_ledger() as ledger:
        entries = [entry.body for entry in ledger if entry.type == "export.finished"]
    assert [(body["store"], body["objects"], body["bytes"], body["bag"]) for body in entries] == [("logs", 1, 1, "aws-logs"), ("records", 2, 3, "aws-records")]
    assert entries[1]["tagmanifest"] == f"sha256:{bag.tagmanifest}"
    assert (folder.path / "bags" / bag.tagmanifest / "manifest-sha256.txt").read_bytes() == (bag.path / "manifest-sha256.txt").read_bytes()


def test_only_the_named_store(cloud: MemoryCloud, folder: StateFolder, tmp_path: Path) -> None:
    assert [one.store for one in run(cloud, folder, tmp_path / "bags", "records")] == ["records"]
    with pytest.raises(UsageError, match="no such store: nothing"):
        run(cloud, folder, tmp_path / "bags", "nothing")


def test_a_store_that_cannot_be_read_is_told_and_the_others_are_returned(cloud: MemoryCloud, folder: StateFolder, tmp_path: Path) -> None:
    cloud.closed = {"logs"}
    failed, good = run(cloud, folder, tmp_path / "bags")
    assert (failed.store, failed.bag, failed.problem) == ("logs", None, "http-503 on logs")
    assert good.bag is not None
    assert not (tmp_path / "bags/aws-logs").exists()
    cloud.closed = set()
    fetched, kept = run(cloud, folder, tmp_path / "bags")
    assert (fetched.store, fetched.kept, kept.store, kept.kept) == ("logs", False, "records", True)
    assert cloud.read.count("records/a") == 1


def test_a_denied_list_of_stores_is_not_no_stores(cloud: MemoryCloud, folder: StateFolder, tmp_path: Path) -> None:
    cloud.no_list = True
    assert [(one.store, one.bag, one.problem) for one in run(cloud, folder, tmp_path / "bags")] == [("", None, "s3:ListAllMyBuckets")]


def test_an_older_bag_of_a_store_that_changed_is_not_taken_for_it(cloud: MemoryCloud, folder: StateFolder, tmp_path: Path) -> None:
    run(cloud, folder, tmp_path / "bags", "records")
    cloud.held["records"]["new"] = b"3"
    with pytest.raises(MachineError, match="changed since"):
        run(cloud, folder, tmp_path / "bags", "records")
    assert check_bag(tmp_path / "bags/aws-records").objects == 2
    assert len(json.loads((tmp_path / "bags/aws-records/metadata/objects.jsonl").read_text().splitlines()[0])) > 5
