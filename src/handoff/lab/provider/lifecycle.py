"""What happens to one resource: check, difference, create, read, update, delete, in plain values; the server only translates."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handoff.lab.provider import diff, naming
from handoff.lab.provider.failures import HalfDone, vendor_errors
from handoff.lab.provider.record import EmulatorError, Missing
from handoff.lab.provider.values import UNKNOWN, knows

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the engine says of a resource that is to be checked."""

    name: str
    """Logical name."""
    news: Properties
    olds: Properties
    """Inputs of the last update, or empty."""
    seed: bytes = b""
    proposed_name: str = ""
    """By the stack's autonaming configuration, when it has one."""
    naming_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Complete inputs, or property -> what is wrong."""

    inputs: Properties
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Changed paths, and which of the top-level properties force a new resource."""

    changes: dict[str, diff.Change]
    replaces: frozenset[str]
    delete_before_replace: bool


def check(ctx: Context, record: Record, draft: Draft) -> Checked:
    """Names, defaults and rules; every property must be one that the record handles or openly keeps."""
    inputs = {**record.defaults, **draft.news}
    failures = {
        key: f"the lab does not handle this property of {record.token}; it takes {', '.join(sorted(record.inputs))}" for key in inputs.keys() - record.inputs
    }
    if record.name_property and record.name_property not in inputs:
        inputs[record.name_property] = _name(record, draft)
    if draft.naming_disabled and record.name_property and record.name_property not in draft.news:
        failures[record.name_property] = "automatic naming is disabled in this stack; give a name"
    failures.update({key: "required, but not set" for key in record.required if key not in inputs})
    if "tagsAll" in record.handled:
        tags, common = inputs.get("tags", {}), (ctx.config.get("defaultTags") or {}).get("tags", {})
        inputs["tagsAll"] = {**common, **tags} if isinstance(tags, dict) else UNKNOWN
    for key in record.documents & inputs.keys():
        if not isinstance(inputs[key], str):
            inputs[key] = json.dumps(inputs[key]) if knows(inputs[key]) else UNKNOWN
    if record.check and not failures:
        failures.update(record.check(ctx, inputs))
    return Checked(inputs=inputs, failures=failures)


def difference(ctx: Context, record: Record, old_inputs: Properties, state: Properties, news: Properties) -> Difference:
    """New inputs against old inputs; inputs that the provider instance implies count as set."""
    # An input that the vendor fills in keeps its value when the program stops setting it, as in the vendors' own providers.
    settled = record.handled & record.computed - news.keys()
    before, after = {key: value for key, value in old_inputs.items() if key not in settled}, dict(news)
    for key, value in (record.implied(ctx) if record.implied else {}).items():
        before.setdefault(key, state.get(key, value))
        after.setdefault(key, value)
    changed = diff.changes(before, after, record)
    tops = {path.partition(".")[0] for path in changed}
    forced = record.replace_on if record.update else record.inputs - record.kept
    return Difference(changes=changed, replaces=frozenset(tops & forced), delete_before_replace=record.delete_before_replace)


def foresee(record: Record, inputs: Properties, state: Properties | None = None) -> Properties:
    """Outputs as far as they are known before the update: inputs, the old state, and unknown for what only the cloud decides."""
    if state is None:
        return {**dict.fromkeys(record.computed, UNKNOWN), **inputs}
    return {**{key: value for key, value in state.items() if key not in record.inputs or key in record.computed}, **inputs}


def create(ctx: Context, record: Record, inputs: Properties) -> tuple[str, Properties]:
    """Id and state of the new resource. Raises HalfDone when it exists but is not what was asked for."""
    with vendor_errors():
        created = record.create(ctx, inputs)
    return created.id, _settled(ctx, record, created.id, inputs, dict(created.outputs))


def update(ctx: Context, record: Record, resource_id: str, old_inputs: Properties, state: Properties, news: Properties) -> Properties:
    """The state after the change."""
    changed = {path.partition(".")[0] for path in diff.changes(old_inputs, news, record)}
    # No change at all: the engine repeats an update whose predecessor was only half done.
    if record.update and (not changed or changed - record.kept):
        with vendor_errors():
            record.update(ctx, resource_id, state, news)
    return _settled(ctx, record, resource_id, news, {key: value for key, value in state.items() if key in record.computed})


def read(ctx: Context, record: Record, resource_id: str, inputs: Properties, state: Properties) -> tuple[Properties, Properties] | None:
    """(inputs, state) as they are now, for refresh and import; None when the resource is gone."""
    try:
        with vendor_errors():
            found = record.read(ctx, resource_id, state)
    except Missing:
        return None
    if found is None:
        return None
    implied = record.implied(ctx) if record.implied else {}
    known = state or implied
    adopted = diff.adopt(inputs, known, found, record)
    if not inputs:
        adopted = {**record.defaults, **adopted}
    carried = {key: value for key, value in state.items() if key in record.computed or key in record.inputs - record.handled}
    return adopted, _merge(record, carried, {**state, **inputs}, found)


def delete(ctx: Context, record: Record, resource_id: str, state: Properties) -> None:
    """Gone already is gone."""
    try:
        with vendor_errors():
            record.delete(ctx, resource_id, state)
    except Missing:
        return


def _settled(ctx: Context, record: Record, resource_id: str, inputs: Properties, outputs: Properties) -> Properties:
    """State by reading back what was written."""
    carried = {**{key: value for key, value in inputs.items() if key not in record.handled}, **outputs}
    try:
        with vendor_errors():
            found = record.read(ctx, resource_id, {**inputs, **outputs})
    except EmulatorError as error:
        raise HalfDone(resource_id, {**inputs, **outputs}, inputs, f"{record.token} was written but cannot be read back: {error}") from error
    if found is None:
        raise HalfDone(resource_id, {**inputs, **outputs}, inputs, f"{record.token} was written, but the emulator says that {resource_id} does not exist")
    state = _merge(record, carried, inputs, found)
    lost = diff.not_held(inputs, found, record)
    if lost:
        held = diff.adopt(inputs, found, found, record)
        raise HalfDone(resource_id, state, held, f"the emulator does not hold what was written of {record.token} {resource_id}: {', '.join(lost)}")
    return state


def _merge(record: Record, carried: Properties, former: Properties, found: Properties) -> Properties:
    """What was found over what only state knows; a value that means the same keeps its former wording."""
    worded = {
        key: former[key] if key in former and diff.same(former[key], value, path=key, unordered=record.unordered) else value for key, value in found.items()
    }
    return {**carried, **worded}


def _name(record: Record, draft: Draft) -> object:
    kept = draft.olds.get(record.name_property or "")
    if isinstance(kept, str) and kept and knows(kept):
        return kept
    return draft.proposed_name or naming.automatic(draft.name, record.naming, draft.seed)
