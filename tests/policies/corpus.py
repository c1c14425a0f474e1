"""Reads the labelled cases of `corpus/` and turns one into a stack and the context that it is judged in."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.controls import build
from handoff.controls.context import Context
from handoff.controls.resource import UNKNOWN, Provider, Resource, Stack
from handoff.spec import load

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("corpus")
SPEC = ROOT / "engagements" / "acme-health.yaml"
TODAY = date(2026, 11, 22)
UNKNOWN_MARK = "$unknown"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "aws": {"region": "eu-west-1"},
    "azure-native": {"location": "westeurope"},
    "gcp": {"project": "acme-prod", "region": "europe-west1"},
}
FIELDS = frozenset({"control", "case", "expect", "path", "says", "spec", "resources"})
RESOURCE_FIELDS = frozenset({"type", "name", "inputs", "provider", "links"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled stack."""

    file: str
    control: str
    case: str
    expect: str
    path: str
    says: str
    spec: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def id(self) -> str:
        return f"{self.control}: {self.case}".replace("[", "(").replace("]", ")")


def files(pack: str = "*") -> tuple[Path, ...]:
    return tuple(sorted(FOLDER.glob(f"{pack}/*.yaml")))


def read(path: Path) -> tuple[Case, ...]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(rows, list), path
    return tuple(_case(path, row) for row in rows)


def everything(pack: str = "*") -> tuple[Case, ...]:
    return tuple(case for path in files(pack) for case in read(path))


def _case(path: Path, row: Mapping[str, Any]) -> Case:
    assert set(row) <= FIELDS, (path, row.get("case"), set(row) - FIELDS)
    for one in row["resources"]:
        assert set(one) <= RESOURCE_FIELDS, (path, row["case"], set(one) - RESOURCE_FIELDS)
    assert row["expect"] in {"pass", "fail", "unknown", "not-applicable"}, (path, row["case"])
    return Case(
        file=f"{path.parent.name}/{path.name}",
        control=row["control"],
        case=str(row["case"]),
        expect=row["expect"],
        path=row.get("path", ""),
        says=row.get("says", ""),
        spec=row.get("spec", {}),
        rows=tuple(row["resources"]),
    )


def urn(row: Mapping[str, Any]) -> str:
    return f"urn:pulumi:cases::handoff::{row['type']}::{row.get('name', 'it')}"


def stack(case: Case) -> Stack:
    return Stack(resources(case))


def resources(case: Case) -> Iterator[Resource]:
    by_name = {row.get("name", "it"): urn(row) for row in case.rows}
    for row in case.rows:
        yield Resource(
            urn=urn(row),
            type=row["type"],
            name=row.get("name", "it"),
            inputs=valued(row.get("inputs", {}), UNKNOWN),
            provider=_provider(row),
            links={name: tuple(by_name[target] for target in targets) for name, targets in row.get("links", {}).items()},
        )


def _provider(row: Mapping[str, Any]) -> Provider | None:
    package = row["type"].split(":", 1)[0]
    inputs = row.get("provider", DEFAULTS.get(package))
    return None if inputs is None else Provider(type=f"pulumi:providers:{package}", inputs=valued(inputs, UNKNOWN))


def valued(value: Any, unknown: object) -> Any:
    """The same with every `$unknown` replaced."""
    if value == UNKNOWN_MARK:
        return unknown
    if isinstance(value, Mapping):
        return {key: valued(one, unknown) for key, one in value.items()}
    if isinstance(value, list):
        return [valued(one, unknown) for one in value]
    return value


def context(case: Case, folder: Path) -> Context:
    """The context of the case's spec; `folder` is where a changed spec is written."""
    return plain_context() if not case.spec else build.context(load(spec_file(case.spec, folder), today=TODAY), "prod", today=TODAY)


@cache
def plain_context() -> Context:
    return build.context(load(SPEC, today=TODAY), "prod", today=TODAY)


def spec_file(changes: Mapping[str, Any], folder: Path) -> Path:
    """The sample spec with these changes, as a file."""
    if not changes:
        return SPEC
    body = _merged(yaml.safe_load(SPEC.read_text(encoding="utf-8")), changes)
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    return path


def _merged(base: Any, changes: Any) -> Any:
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return copy.deepcopy(changes)
    return {**base, **{key: _merged(base.get(key), value) for key, value in changes.items()}}
