"""Reads what the engine leaves behind: an exported state, a preview's JSON, or a stack's state, as a stack of plain resources."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from handoff.controls.resource import Provider, Resource, Stack, plain
from handoff.errors import UsageError

MAX_BYTES = 512 << 20
ROOT_TYPE = "pulumi:pulumi:Stack"
_PROJECT = "handoff"
_EXPORT_HINT = "Make it with `pulumi stack export --file FILE`."
_PREVIEW_HINT = "Make it with `pulumi preview --json --show-sames > FILE`."
_GONE = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "read-discard", "remove-pending-replace"})
"""Steps of a preview that leave nothing behind. source: sdk/go/common/display/ops.go of v3.259.0"""


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


def from_state(path: Path) -> Read:
    """An exported state. Raises UsageError for anything else, with what is wrong."""
    return _state(_json(path, _EXPORT_HINT), str(path))


def from_preview(path: Path) -> Read:
    """The JSON of a preview: the stack as it would be after the update. Raises UsageError, also when it leaves out what would not change."""
    body = _json(path, _PREVIEW_HINT)
    steps = body.get("steps")
    if not isinstance(steps, list):
        raise UsageError(f"{path}: no list of steps, so not a preview's JSON", hint=_PREVIEW_HINT)
    states = []
    for number, step in enumerate(steps):
        if not isinstance(step, Mapping):
            raise UsageError(f"{path}: steps[{number}] is not an object", hint=_PREVIEW_HINT)
        if str(step.get("op")) in _GONE:
            continue
        states.append((f"steps[{number}].newState", step.get("newState") or step.get("oldState")))
    _whole(body, steps, path)
    return _read(states, str(path), _PREVIEW_HINT)


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
    resources = deployment.get("resources", [])
    if not isinstance(resources, list):
        raise UsageError(f"{where}: deployment.resources is not a list", hint=_EXPORT_HINT)
    live = [(f"deployment.resources[{number}]", one) for number, one in enumerate(resources) if not (isinstance(one, Mapping) and one.get("delete"))]
    return _read(live, where, _EXPORT_HINT)


def _read(states: list[tuple[str, object]], where: str, hint: str) -> Read:
    raw = [_object(one, f"{where}: {at}", hint) for at, one in states]
    for (at, _), one in zip(states, raw, strict=True):
        for name in ("urn", "type"):
            if not isinstance(one.get(name), str):
                raise UsageError(f"{where}: {at} has no {name}", hint=hint)
    projects = {str(one["urn"]).split("::")[1] for one in raw if str(one["urn"]).count("::") >= 3}
    if len(projects) > 1 or projects - {_PROJECT}:
        raise UsageError(
            f"{where}: state of project {', '.join(sorted(projects - {_PROJECT}))}, not of {_PROJECT}", hint="Name the state of a stack of this project."
        )
    providers = {str(one["urn"]): _inputs(one) for one in raw if str(one["type"]).startswith("pulumi:providers:")}
    root = next((one for one in raw if one["type"] == ROOT_TYPE), {})
    said = plain(root.get("outputs") or {})
    outputs = said if isinstance(said, dict) else {}
    return Read(
        stack=Stack(_resource(one, providers) for one in raw if one["type"] != ROOT_TYPE),
        stack_name=str(raw[0]["urn"]).split(":")[2].split("::")[0] if raw else "",
        project=next(iter(projects), ""),
        environment=outputs["environment"] if isinstance(outputs.get("environment"), str) else "",
        engagement=outputs["engagement"] if isinstance(outputs.get("engagement"), str) else "",
        where=where,
    )


def _resource(raw: Mapping[str, object], providers: Mapping[str, Mapping[str, object]]) -> Resource:
    urn, type_token = str(raw["urn"]), str(raw["type"])
    reference = str(raw.get("provider") or "").rpartition("::")[0]
    provider = Provider(type=reference.split("::")[2] if reference.count("::") >= 3 else "", inputs=providers[reference]) if reference in providers else None
    links = raw.get("propertyDependencies")
    return Resource(
        urn=urn,
        type=type_token,
        name=urn.rsplit("::", 1)[-1],
        inputs=_inputs(raw),
        provider=provider,
        links={str(name): tuple(str(one) for one in found or ()) for name, found in cast("Mapping[str, list[object] | None]", links).items()}
        if isinstance(links, Mapping)
        else {},
    )


def _inputs(raw: Mapping[str, object]) -> Mapping[str, object]:
    found = plain(raw.get("inputs") or {})
    return found if isinstance(found, dict) else {}


def _json(path: Path, hint: str) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES >> 20} MiB", hint=hint)
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint=hint) from None
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        what = "ends in the middle: the file is cut off" if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg else error.msg
        raise UsageError(f"{path}:{error.lineno}: not JSON: {what}", hint=hint) from None
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply", hint=hint) from None
    return _object(body, str(path), hint)


def _object(value: object, where: str, hint: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: not a JSON object", hint=hint)
    return value
