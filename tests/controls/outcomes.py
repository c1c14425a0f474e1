"""A small run with everything in it that a report can tell: used by the tests of every output."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from handoff.controls import build, evaluate, state
from handoff.controls.catalogue import Pack
from handoff.controls.context import Context
from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Finding, Severity, fail, not_applicable, unknown
from handoff.controls.reports._outcome import Outcome, outcome
from handoff.controls.resource import UNKNOWN, Resource, Stack
from handoff.spec import load

SAMPLE = Path(__file__).resolve().parents[2] / "engagements" / "acme-health.yaml"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TYPE = "aws:s3/bucket:Bucket"
WAIVER = (
    "  - {control: t-red, resource: old, reason: being moved, owner: ann, approver: bob, compensating: no new data, issued: 2026-11-01, expires: 2026-12-22}\n"
)


def bare_spec() -> str:
    """The sample without its own waivers."""
    return re.sub(r"^waivers:.*\n(?:[ #-].*\n|\n)*", "", SAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def urn(name: str, of: str = TYPE) -> str:
    return f"urn:pulumi:dev::handoff::{of}::{name}"


def _red(resource: Resource, _: Context) -> Iterator[Finding]:
    colour = resource.get("colour")
    if colour is UNKNOWN:
        yield unknown("colour is not known before the update", "colour")
    elif colour == "red":
        yield fail("is red", "colour", data_class="phi")


def _broken(resource: Resource, _: Context) -> Iterator[Finding]:
    if resource.name == "boom":
        raise KeyError("colour")
    yield not_applicable("is another's business")


def _whole(_: Stack, __: Context) -> Iterator[Finding]:
    yield fail("has no trail")


CONTROLS = (
    Control(
        id="t-red",
        title="Nothing is red",
        why="Red data is seen.",
        fix="Set colour to blue.",
        source="https://docs.example/red (read 2026-11-22)",
        category=Category.PLACE,
        severity=Severity.CRITICAL,
        maps=Maps(nist="SC-28 SC-28(1)", hipaa="~312(a)(2)(iv)"),
        blind="Shades of red.",
        snippet="import pulumi\n",
        reads={TYPE: ("colour",)},
        evaluate=_red,
    ),
    Control(
        id="t-broken",
        title="Nothing breaks",
        why="It would.",
        fix="Mend it.",
        source="https://docs.example/broken (read 2026-11-22)",
        category=Category.BASELINE,
        severity=Severity.LOW,
        maps=Maps(nist="AU-2"),
        reads={TYPE: ()},
        evaluate=_broken,
    ),
    Control(
        id="t-trail",
        title="There is a trail",
        why="Else nobody knows.",
        fix="Make one.",
        source="https://docs.example/trail (read 2026-11-22)",
        category=Category.BASELINE,
        maps=Maps(nist="AU-2", soc2="~CC7.2"),
        looks_at={"aws:cloudtrail/trail:Trail": ()},
        evaluate_stack=_whole,
    ),
)


def made(
    folder: Path, colours: Mapping[str, str], *, waivers: str = WAIVER, strict: bool = False, controls: tuple[Control, ...] = CONTROLS, **more: Any
) -> Outcome:
    """The outcome of buckets of these colours; `more` goes into each bucket's state."""
    spec = folder / "spec.yaml"
    spec.write_text(bare_spec() + (f"\nwaivers:\n{waivers}" if waivers else ""), encoding="utf-8")
    loaded = load(spec, today=TODAY)
    rows: list[dict[str, Any]] = [{"urn": urn(name), "type": TYPE, "custom": True, "inputs": {"colour": colour}, **more} for name, colour in colours.items()]
    rows.append({"urn": urn("odd", "aws:s3/bukket:Bukket"), "type": "aws:s3/bukket:Bukket", "custom": True, "inputs": {}})
    file = folder / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": rows}}), encoding="utf-8")
    read = state.from_state(file)
    context = build.context(loaded, "prod", today=TODAY)
    report = evaluate.judge(controls, context, read.stack, stack_name=read.stack_name, known=frozenset(one.id for one in controls))
    pack = Pack(name="sample", version="1.0.0", description="Samples.", folder=folder, controls=controls)
    return outcome(report, context, (pack,), loaded, read, moment=NOW, strict=strict)


SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
EVERYTHING = {"good": "blue", "bad": "red", "old": "red", "later": SENTINEL, "boom": "blue"}
HOSTILE = "ev|il`x`<img src=x> @octocat #12 http://evil.example [a](b) \x1b[31m\ud800"
