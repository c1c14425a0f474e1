"""Reads what the engine leaves behind: an exported state, a preview's JSON, or a stack's state, as a stack of plain resources."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from handoff.controls.resource import Provider, Resource, Stack, plain
from handoff.errors import UsageError

MAX_BYTES = 512 << 20
ROOT_TYPE = "pulumi:pulumi:Stack"
_PROJECT = "handoff"
_EXPORT_HINT = "Make it with `pulumi stack export --file FILE`."
_PREVIEW_HINT = "Make it with `pulumi preview --json --show-sames > FILE`."
_GONE = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "read-discard", "remove-pending-replace"})
"""Steps of a preview that leave nothing behind. source: sdk/go/common/display/ops.go of v3.259.0"""
_VERSIONS = frozenset({3, 4})
"""Forms of a deployment that are read; 4 is 3 with a list of features. source: sdk/go/common/apitype/core.go of v3.259.0"""
_POSITION = re.compile(r"project:///([^#?]+)#(\d+)")
"""`project:///stacks/aws.py#12,5`. source: pkg/resource/deploy/source_eval.go of v3.259.0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a program makes a resource."""

    file: str
    """Counts from the project's root."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A stack as it was read."""

    stack: Stack
    stack_name: str
    project: str
    environment: str
    """What the stack says of itself in its output `environment`; empty when it says nothing."""
    engagement: str
    """The same, for `engagement`."""
    where: str
    positions: Mapping[str, Position] = field(default_factory=dict)
    """By URN, where the engine says so."""
    components: frozenset[str] = frozenset()
    """URNs of what only groups other resources."""


def from_state(path: Path) -> Read:
    """An exported state. Raises UsageError for anything else, with what is wrong."""
    return _state(_json(path, _EXPORT_HINT), str(path))


def from_preview(path: Path) -> Read:
    """The JSON of a preview: the stack as it would be after the update. Raises UsageError, also when it leaves out what would not change."""
    body = _json(path, _PREVIEW_HINT)
    steps = body.get("steps")
    if not isinstance(steps, list):
        raise UsageError(f"{path}: no list of steps, so not a preview's JSON", hint=_PREVIEW_HINT)
    _finished(body, path)
    states = []
    for number, step in enumerate(steps):
        if not isinstance(step, Mapping):
            raise UsageError(f"{path}: steps[{number}] is not an object", hint=_PREVIEW_HINT)
        if str(step.get("op")) in _GONE:
            continue
        states.append((f"steps[{number}].newState", step.get("newState") or step.get("oldState")))
    _whole(body, steps, path)
    return _read(states, str(path), _PREVIEW_HINT, config=body.get("config"))


def _finished(body: Mapping[str, object], path: Path) -> None:
    """Refuses a preview that stopped on an error: what it had not come to would look like a pass. Policy violations are no such errors."""
    told = body.get("diagnostics")
    for one in told if isinstance(told, list) else ():
        if isinstance(one, Mapping) and one.get("severity") == "error":
            what = " ".join(str(one.get("message", "")).split())[:200]
            raise UsageError(
                f"{path}: the preview stopped on an error, so the stack cannot be judged from it: {what}", hint="Mend the program and preview again."
            )


def _whole(body: Mapping[str, object], steps: list[object], path: Path) -> None:
    """Refuses a preview that only counts its unchanged resources: what is not there cannot be judged, and would look like a pass."""
    summary = body.get("changeSummary")
    counted = summary.get("same", 0) if isinstance(summary, Mapping) else 0
    shown = sum(isinstance(one, Mapping) and one.get("op") == "same" for one in steps)
    if isinstance(counted, int) and counted > shown:
        raise UsageError(f"{path}: leaves out {counted - shown} resources that would not change, so the stack cannot be judged from it", hint=_PREVIEW_HINT)


def from_stack(name: str, *, folder: Path) -> Read:
    """A stack's state, from the backend that the engine is logged in to. Raises UsageError with what the engine said."""
    try:
        done = subprocess.run(["pulumi", "stack", "export", "--stack", name], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError(
            "there is no `pulumi` on PATH", hint='eval "$(handoff lab env)", or install it; or export the state elsewhere and use --state.'
        ) from None
    if done.returncode != 0:
        raise UsageError(f"stack {name} cannot be exported: {done.stderr.strip()}", hint="`pulumi stack ls` lists the stacks.")
    try:
        body = json.loads(done.stdout)
    except ValueError:
        raise UsageError(f"stack {name}: the engine's export is not JSON", hint=_EXPORT_HINT) from None
    return _state(_object(body, f"stack {name}", _EXPORT_HINT), f"stack {name}")


def _state(body: Mapping[str, object], where: str) -> Read:
    deployment = body.get("deployment")
    if not isinstance(deployment, Mapping):
        raise UsageError(f"{where}: no deployment, so not an exported state", hint=_EXPORT_HINT)
    version = body.get("version")
    if not isinstance(version, int) or version not in _VERSIONS:
        raise UsageError(
            f"{where}: version {json.dumps(version)[:40]} of the state's format, and only {', '.join(map(str, sorted(_VERSIONS)))} are read", hint=_EXPORT_HINT
        )
    resources = deployment.get("resources", [])
    if not isinstance(resources, list):
        raise UsageError(f"{where}: deployment.resources is not a list", hint=_EXPORT_HINT)
    live = [(f"deployment.resources[{number}]", one) for number, one in enumerate(resources) if not (isinstance(one, Mapping) and one.get("delete"))]
    return _read(live, where, _EXPORT_HINT)


def _read(states: list[tuple[str, object]], where: str, hint: str, *, config: object = None) -> Read:
    raw = [_object(one, f"{where}: {at}", hint) for at, one in states]
    for (at, _), one in zip(states, raw, strict=True):
        for name in ("urn", "type"):
            if not isinstance(one.get(name), str) or not one[name]:
                raise UsageError(f"{where}: {at} has no {name}", hint=hint)
        if not str(one["urn"]).startswith("urn:pulumi:") or str(one["urn"]).count("::") < 3:
            raise UsageError(f"{where}: {at} has a urn that is none: {str(one['urn'])[:100]}", hint=hint)
    projects = {str(one["urn"]).split("::")[1] for one in raw}
    if projects - {_PROJECT}:
        raise UsageError(
            f"{where}: state of project {', '.join(sorted(projects - {_PROJECT}))}, not of {_PROJECT}", hint="Name the state of a stack of this project."
        )
    try:
        return _plain_read(states, raw, where, hint, config)
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply", hint=hint) from None


def _plain_read(states: list[tuple[str, object]], raw: list[Mapping[str, object]], where: str, hint: str, config: object) -> Read:
    inputs = [_values(one.get("inputs"), f"{where}: {at}.inputs", hint) for (at, _), one in zip(states, raw, strict=True)]
    providers = {str(one["urn"]): found for one, found in zip(raw, inputs, strict=True) if str(one["type"]).startswith("pulumi:providers:")}
    providers |= _defaults(raw, providers, config)
    root = next(((at, one) for (at, _), one in zip(states, raw, strict=True) if one["type"] == ROOT_TYPE), ("", {}))
    outputs = _values(root[1].get("outputs"), f"{where}: {root[0]}.outputs", hint)
    return Read(
        stack=Stack(_resource(one, found, providers) for one, found in zip(raw, inputs, strict=True) if one["type"] != ROOT_TYPE),
        stack_name=str(raw[0]["urn"])[len("urn:pulumi:") :].split("::", 1)[0] if raw else "",
        project=_PROJECT if raw else "",
        environment=_text(outputs.get("environment")),
        engagement=_text(outputs.get("engagement")),
        where=where,
        positions={str(one["urn"]): at for one in raw if (at := _position(one.get("sourcePosition")))},
        components=frozenset(str(one["urn"]) for one in raw if one.get("custom") is False),
    )


def _defaults(raw: list[Mapping[str, object]], known: Mapping[str, object], config: object) -> dict[str, Mapping[str, object]]:
    """Default providers that a preview refers to and does not show: what the stack's configuration gives them, under `<package>:`."""
    settings = config if isinstance(config, Mapping) else {}
    found: dict[str, Mapping[str, object]] = {}
    for one in raw:
        reference = str(one.get("provider") or "").rpartition("::")[0]
        parts = reference.split("::")
        if reference in known or reference in found or len(parts) < 4 or not parts[3].startswith("default"):
            continue
        prefix = f"{parts[2].removeprefix('pulumi:providers:')}:"
        found[reference] = {str(name)[len(prefix) :]: plain(value) for name, value in settings.items() if str(name).startswith(prefix)}
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _resource(raw: Mapping[str, object], inputs: Mapping[str, object], providers: Mapping[str, Mapping[str, object]]) -> Resource:
    urn = str(raw["urn"])
    reference = str(raw.get("provider") or "").rpartition("::")[0]
    provider = Provider(type=reference.split("::")[2] if reference.count("::") >= 3 else "", inputs=providers[reference]) if reference in providers else None
    links = raw.get("propertyDependencies")
    return Resource(
        urn=urn,
        type=str(raw["type"]),
        name=urn.rsplit("::", 1)[-1],
        inputs=inputs,
        provider=provider,
        links={str(name): tuple(map(str, found)) for name, found in links.items() if isinstance(found, list)} if isinstance(links, Mapping) else {},
    )


def _values(value: object, where: str, hint: str) -> Mapping[str, object]:
    """An object's plain values. Raises UsageError when it is none: a resource without its inputs would look like one that sets nothing."""
    if value is None:
        return {}
    try:
        found = plain(value)
    except ValueError:
        raise UsageError(f"{where}: holds a secret that is not JSON", hint=hint) from None
    if not isinstance(found, dict):
        raise UsageError(f"{where}: not an object", hint=hint)
    return found


def _position(value: object) -> Position | None:
    match = _POSITION.match(value) if isinstance(value, str) else None
    if match is None or ".." in match[1]:
        return None
    return Position(file=match[1], line=int(match[2][:9]))


def _json(path: Path, hint: str) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES >> 20} MiB", hint=hint)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        what = "ends in the middle of a character: the file is cut off" if error.end >= len(error.object) else f"not UTF-8 text (byte {error.start})"
        raise UsageError(f"{path}: {what}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint=hint) from None
    if not text.strip():
        raise UsageError(f"{path}: not JSON: the file is empty", hint=hint)
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        what = "ends in the middle: the file is cut off" if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg else error.msg
        raise UsageError(f"{path}:{error.lineno}: not JSON: {what}", hint=hint) from None
    except ValueError:
        raise UsageError(f"{path}: holds a number with thousands of digits", hint=hint) from None
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply", hint=hint) from None
    return _object(body, str(path), hint)


def _object(value: object, where: str, hint: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: not a JSON object", hint=hint)
    return value
