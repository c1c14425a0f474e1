"""The record of a sweep: the same bytes however the paths came, and every path comes back out of it as it went in."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path

from handoff.engine.attribute import Attribution
from handoff.engine.plan import Found
from handoff.evidence.state import StateFolder
from handoff.model import AccessPath, Clue, Coverage, KindId, Party, Read, Scope, ScopeType
from handoff.runs._record import Recording, Sightings

ACCOUNT = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
SCOPES = (
    ACCOUNT,
    Scope(type=ScopeType.AWS_REGION, id="111111111111", region="eu-west-1"),
    Scope(type=ScopeType.AZURE_TENANT, id="t-1"),
    Scope(type=ScopeType.AZURE_SUBSCRIPTION, id="s-1"),
    Scope(type=ScopeType.GCP_PROJECT, id="p-1"),
)
COVERAGE = Coverage(kind=KindId("aws.toy"), scope=ACCOUNT, read=Read.COMPLETE, found=1)


def found(number: int) -> Found:
    path = AccessPath(
        kind=KindId(f"aws.toy{number % 3}"),
        id=f"id/{number:05}",
        scope=SCOPES[number % len(SCOPES)],
        holder='somebody whose name is "party":"provider"\n\u00e4',
        allows="everything",
        clues=((Clue.TAG, "party=nimbus"), (Clue.EVERYONE, "anyone")),
        detail={"number": number, "nested": {"list": [1, None, "x"]}},
        mints=("iam:CreateAccessKey",),
    )
    return Found(path=path, attribution=Attribution(party=list(Party)[number % 8], why="told", name="third" if number % 2 else ""))


def record(tmp_path: Path, paths: Iterable[Found]) -> tuple[Sightings, str]:
    folder = StateFolder(path=tmp_path)
    folder.sweeps.mkdir(exist_ok=True, parents=True)
    with Recording() as recording:
        for one in paths:
            recording.add(one)
        name = recording.write(folder, (), [COVERAGE])
        return Sightings(file=folder.sweep(name), count=sum(recording.counts.values())), name


def test_the_same_estate_has_the_same_record(tmp_path: Path) -> None:
    paths = [found(number) for number in range(1500)]
    _, first = record(tmp_path / "one", paths)
    random.Random(7).shuffle(paths)  # noqa: S311 not for secrecy
    seen, second = record(tmp_path / "two", paths)
    assert first == second == hashlib.sha256(seen.file.read_bytes()).hexdigest()
    assert record(tmp_path / "three", paths[1:])[1] != first


def test_every_path_comes_back_as_it_went_in(tmp_path: Path) -> None:
    paths = [found(number) for number in range(40)]
    seen, _ = record(tmp_path, paths)
    assert list(seen) == sorted(paths, key=lambda one: one.path.key)
    assert list(seen) == list(seen), "it can be gone through again"
    assert len(seen) == 40


def test_the_paths_of_one_party_and_of_no_other(tmp_path: Path) -> None:
    seen, _ = record(tmp_path, [found(number) for number in range(40)])
    for party in Party:
        wanted = [one for one in seen if one.attribution.party is party]
        assert list(seen.of(party)) == wanted
        assert wanted
        assert [json.loads(line)["id"] for line in seen.lines_of(party)] == [one.path.id for one in wanted]


def test_coverage_stands_after_the_paths(tmp_path: Path) -> None:
    seen, _ = record(tmp_path, [found(1)])
    lines = [json.loads(line) for line in seen.file.read_text(encoding="ascii").splitlines()]
    assert [line["type"] for line in lines] == ["path", "coverage"]
    assert (seen.file.stat().st_mode & 0o777) == 0o600
    assert [path.name for path in seen.file.parent.iterdir()] == [seen.file.name], "nothing half-written is left"


def test_an_empty_sweep_is_a_record_too(tmp_path: Path) -> None:
    seen, _ = record(tmp_path, [])
    assert list(seen) == []
    assert json.loads(seen.file.read_text(encoding="ascii"))["found"] == 1
