"""Reads a plan file back, byte for byte what was written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, cast

from handoff import canonical
from handoff.engine.lockout import Administrator
from handoff.engine.plan import SCHEMA_VERSION, Action, Leans, Loop, Plan, Target
from handoff.errors import EvidenceInvalid
from handoff.model import AccessPath, Clue, Dependency, KindId, Party, Scope, ScopeType, Verb


def read(document: bytes, *, name: str) -> Plan:
    """The plan of a plan file. Raises EvidenceInvalid when it is not one."""
    try:
        body = json.loads(document)
        if body["type"] != "plan" or body["schema_version"] != SCHEMA_VERSION:
            raise EvidenceInvalid(f"{name} is not a plan of this version of handoff")
        if missing := {one.name for one in fields(Plan)} - body.keys():
            raise EvidenceInvalid(f"{name} was made by another version of handoff: it says nothing of {', '.join(sorted(missing))}", hint=_AGAIN)
        plan = _plan(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceInvalid(f"{name} is not a plan: {error!r}", hint=_AGAIN) from error
    if plan.document() != document:
        raise EvidenceInvalid(f"{name} was changed after it was made", hint=_AGAIN)
    return plan


_AGAIN = "Make a new one with `handoff plan`."


def _plan(raw: dict[str, Any]) -> Plan:
    return Plan(
        engagement=raw["engagement"],
        spec=raw["spec"],
        spec_file=raw["spec_file"],
        sweep=raw["sweep"],
        made_at=canonical.parse_time(raw["made_at"]),
        operator=raw["operator"],
        endpoints=tuple(raw["endpoints"]),
        lab=raw["lab"],
        soak_s=raw["soak_s"],
        coverage_complete=raw["coverage_complete"],
        coverage=tuple(raw["coverage"]),
        administrators=tuple(Administrator(**one) for one in raw["administrators"]),
        targets=tuple(target_from(one) for one in raw["targets"]),
        actions=tuple(_actions(raw["actions"])),
        own_actions=tuple(_actions(raw["own_actions"])),
        loops=tuple(Loop(**{**one, "kind": KindId(one["kind"]), "scope": _scope(one["scope"])}) for one in raw["loops"]),
        cycles=tuple(raw["cycles"]),
        dependencies=tuple(Leans(**{**one, "dependency": _dependency(one["dependency"])}) for one in raw["dependencies"]),
        unwatched=tuple(raw["unwatched"]),
        bundle_of=raw["bundle_of"],
        kept=raw["kept"],
    )


def _actions(raw: list[dict[str, Any]]) -> Iterator[Action]:
    yield from (action_from(one) for one in raw)


def action_from(raw: Mapping[str, Any]) -> Action:
    """The action that `canonical.plain` wrote down."""
    return Action(**{**raw, "verb": Verb(raw["verb"]), "kind": KindId(raw["kind"])})


def target_from(raw: Mapping[str, Any]) -> Target:
    """The target that `canonical.plain` wrote down."""
    return Target(path=path_from(raw["path"]), party=Party(raw["party"]), why=raw["why"], image=raw["image"], own=raw["own"])


def path_from(raw: Mapping[str, object]) -> AccessPath:
    """The path that `canonical.plain` wrote down."""
    body = cast("dict[str, Any]", raw)
    return AccessPath(
        kind=KindId(body["kind"]),
        id=body["id"],
        scope=_scope(body["scope"]),
        holder=body["holder"],
        allows=body["allows"],
        clues=tuple((Clue(clue), value) for clue, value in body["clues"]),
        detail=body["detail"],
        mints=tuple(body["mints"]),
    )


def _dependency(body: Mapping[str, Any]) -> Dependency:
    return Dependency(
        kind=KindId(body["kind"]),
        id=body["id"],
        scope=_scope(body["scope"]),
        owner=body["owner"],
        needs=body["needs"],
        clues=tuple((Clue(clue), value) for clue, value in body["clues"]),
        detail=body["detail"],
    )


def _scope(raw: Mapping[str, str]) -> Scope:
    return Scope(type=ScopeType(raw["type"]), id=raw["id"], region=raw["region"])
