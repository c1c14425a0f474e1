from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from handoff import canonical
from handoff import spec as specs
from handoff.errors import EvidenceInvalid, MachineError, UsageError
from handoff.evidence.state import StateFolder
from handoff.runs import documenting

ENGAGEMENT = specs.load(Path(__file__).parents[2] / "engagements/harbor-books.yaml").engagement


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    return StateFolder.of("harbor-books")


def swept(folder: StateFolder, *ids: str) -> str:
    lines = [
        {
            "type": "path",
            "key": id_,
            "kind": "aws.iam_access_key",
            "id": id_,
            "cloud": "aws",
            "scope": "aws:1",
            "holder": "h",
            "party": "provider",
            "why": "w",
            "allows": "a",
        }
        for id_ in ids
    ]
    coverage = {"type": "coverage", "kind": "aws.iam_access_key", "scope": "aws:1", "read": "complete", "found": len(ids), "reason": None}
    return "sha256:" + folder.write_sweep(b"".join(canonical.encode(line) + b"\n" for line in (*lines, coverage)))


def package(folder: StateFolder, out: Path, state: Path | None = None) -> documenting.Package:
    with folder.open_ledger() as ledger:
        return documenting.write(ENGAGEMENT, folder, ledger, out, state)


def test_the_package_holds_what_its_manifest_says_and_the_ledger_knows(folder: StateFolder, tmp_path: Path) -> None:
    before, after = swept(folder, "A", "B"), swept(folder)
    with folder.open_ledger() as ledger:
        ledger.append("plan.made", {"sweep": before, "plan": "sha256:0"}, run="r")
        ledger.append("proof.finished", {"sweep": after}, run="r")
    made = package(folder, tmp_path / "docs")
    manifest = json.loads((tmp_path / "docs/manifest.json").read_bytes())
    there = {path.relative_to(tmp_path / "docs").as_posix(): path.read_bytes() for path in (tmp_path / "docs").rglob("*") if path.is_file()}
    assert {name: f"sha256:{hashlib.sha256(data).hexdigest()}" for name, data in there.items() if name != "manifest.json"} == manifest["files"]
    assert {"index.md", "inventory/assets.csv", "access/before.csv", "access/after.csv", "map/map.md"} < there.keys()
    assert all(f"({name})" in there["index.md"].decode() for name in made.files if name != "index.md")
    assert manifest["sources"] == {"before": before, "after": after}
    with folder.open_ledger() as ledger:
        entry = list(ledger)[-1]
    assert (entry.type, entry.body["manifest"]) == ("document.finished", f"sha256:{made.manifest}")
    assert (folder.path / "documents" / f"{made.manifest}.json").read_bytes() == there["manifest.json"]
    assert package(folder, tmp_path / "again").manifest == made.manifest


def test_without_a_proof_the_newest_sweep_counts(folder: StateFolder, tmp_path: Path) -> None:
    assert "no sweep" in package(folder, tmp_path / "none").summaries["Access before and after"]
    with folder.open_ledger() as ledger:
        ledger.append("sweep.finished", {"sweep": swept(folder, "A")})
    assert package(folder, tmp_path / "docs").summaries["Access before and after"].startswith("1 paths")


def test_a_pulumi_state_feeds_the_inventory(folder: StateFolder, tmp_path: Path) -> None:
    resources = [{"urn": "urn:pulumi:p::a::aws:s3/bucketV2:BucketV2::b", "type": "aws:s3/bucketV2:BucketV2", "id": "b", "outputs": {"region": "eu-west-1"}}]
    for name, body in (("stack", {"version": 3, "deployment": {"resources": resources}}), ("checkpoint", {"checkpoint": {"latest": {"resources": resources}}})):
        (tmp_path / name).write_text(json.dumps(body))
        package(folder, tmp_path / f"docs-{name}", tmp_path / name)
        assert b"eu-west-1" in (tmp_path / f"docs-{name}/inventory/assets.csv").read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": {"resources": [{}]}}', '{"deployment": null}'])
def test_a_state_that_is_none_is_refused_and_nothing_stays(folder: StateFolder, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(UsageError, match=r"bad\.json"):
        package(folder, tmp_path / "docs", tmp_path / "bad.json")
    with pytest.raises(UsageError, match="missing"):
        package(folder, tmp_path / "docs", tmp_path / "missing")
    assert not list(tmp_path.glob("docs*"))


def test_a_folder_in_use_is_left_alone(folder: StateFolder, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/mine").write_text("x")
    with pytest.raises(MachineError, match="already"):
        package(folder, tmp_path / "docs")
    assert [path.name for path in (tmp_path / "docs").iterdir()] == ["mine"]


def test_a_changed_sweep_is_refused(folder: StateFolder, tmp_path: Path) -> None:
    digest = swept(folder, "A")
    with folder.open_ledger() as ledger:
        ledger.append("sweep.finished", {"sweep": digest})
    folder.sweep(digest).write_bytes(folder.sweep(digest).read_bytes() + b"\n")
    with pytest.raises(EvidenceInvalid):
        package(folder, tmp_path / "docs")
