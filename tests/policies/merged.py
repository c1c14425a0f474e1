"""Puts many labelled cases into one stack, and gives that stack in each form in which a pack may meet it.

Names are made unique, so that cases do not meet by their links. Controls of the whole stack, and those that look resources up by what their
properties say, may answer otherwise than in the case alone: the forms are held to each other here, each case to its label elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from handoff.controls.resource import UNKNOWN, Provider, Resource, Stack
from tests.policies.corpus import DEFAULTS, SENTINEL, Case, valued

PROJECT, STACK = "handoff", "cases"
ROOT_TYPE = "pulumi:pulumi:Stack"
VERSION = "v3.259.0"


def urn(type_token: str, name: str) -> str:
    return f"urn:pulumi:{STACK}::{PROJECT}::{type_token}::{name}"


ROOT_URN = urn(ROOT_TYPE, f"{PROJECT}-{STACK}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One resource; `$unknown` still stands in its inputs."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: str = ""
    """URN of its provider; empty = none."""
    links: Mapping[str, tuple[str, ...]]

    @property
    def urn(self) -> str:
        return urn(self.type, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A stack of many cases, what is made from something after it."""

    rows: tuple[Row, ...]

    def stack(self) -> Stack:
        """As plain resources, without any file between."""
        providers = {one.urn: Provider(type=one.type, inputs=valued(one.inputs, UNKNOWN)) for one in self.rows if _is_provider(one.type)}
        return Stack(
            Resource(urn=one.urn, type=one.type, name=one.name, inputs=valued(one.inputs, UNKNOWN), provider=providers.get(one.provider), links=dict(one.links))
            for one in self.rows
        )

    def state(self) -> dict[str, object]:
        """As `pulumi stack export` gives it."""
        manifest = {"time": "2026-11-22T00:00:00Z", "magic": hashlib.sha256(VERSION.encode()).hexdigest(), "version": VERSION}
        return {"version": 3, "deployment": {"manifest": manifest, "resources": self._states()}}

    def preview(self) -> dict[str, object]:
        """As `pulumi preview --json` gives it."""
        states = self._states()
        steps = [{"op": "create", "urn": one["urn"], "newState": {key: value for key, value in one.items() if key != "outputs"}} for one in states]
        return {"config": {}, "steps": steps, "duration": 1, "changeSummary": {"create": len(steps)}}

    def _states(self) -> list[dict[str, object]]:
        root: dict[str, object] = {"urn": ROOT_URN, "custom": False, "type": ROOT_TYPE, "inputs": {}, "outputs": {}}
        return [root, *(_state(one) for one in self.rows)]


def merge(cases: Iterable[Case]) -> Merged:
    rows: dict[str, Row] = {}
    for number, case in enumerate(cases):
        by_name = {row.get("name", "it"): urn(row["type"], f"{row.get('name', 'it')}-{number}") for row in case.rows}
        for row in case.rows:
            provider = _provider(row)
            if provider is not None:
                rows.setdefault(provider.urn, provider)
            made = Row(
                type=row["type"],
                name=f"{row.get('name', 'it')}-{number}",
                inputs=row.get("inputs", {}),
                provider=provider.urn if provider else "",
                links={name: tuple(by_name[target] for target in targets) for name, targets in row.get("links", {}).items()},
            )
            assert made.urn not in rows, (case.id, made.urn)
            rows[made.urn] = made
    needs = {one.urn: [*([one.provider] if one.provider else []), *(target for found in one.links.values() for target in found)] for one in rows.values()}
    return Merged(rows=tuple(rows[one] for one in TopologicalSorter(needs).static_order()))


def _provider(row: Mapping[str, Any]) -> Row | None:
    """The default provider of the resource's package, or an explicit one, which resources with the same inputs share."""
    package = row["type"].split(":", 1)[0]
    default, own = DEFAULTS.get(package), row.get("provider")
    inputs = default if own is None else own
    if inputs is None:
        return None
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]
    return Row(type=f"pulumi:providers:{package}", name="default" if own is None else f"explicit-{digest}", inputs=inputs, links={})


def _is_provider(token: str) -> bool:
    return token.startswith("pulumi:providers:")


def _state(row: Row) -> dict[str, object]:
    inputs = valued(row.inputs, SENTINEL)
    made: dict[str, object] = {"urn": row.urn, "custom": True, "id": f"{row.name}-id", "type": row.type, "inputs": inputs, "outputs": inputs}
    if row.provider:
        made["provider"] = f"{row.provider}::{row.provider.rsplit('::', 1)[-1]}-id"
    if row.links:
        made["propertyDependencies"] = {name: list(found) for name, found in row.links.items()}
        made["dependencies"] = sorted({target for found in row.links.values() for target in found})
    return made
