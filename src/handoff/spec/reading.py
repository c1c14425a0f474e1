"""Reads a spec: safely, with the line of every fault, and all faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from handoff.errors import SpecError
from handoff.spec import rules
from handoff.spec.model import Engagement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

MAX_BYTES = 1 << 20
MAX_NODES = 50_000
"""Expanded nodes: an alias bomb of a few lines passes this at once, an honest spec never does."""
MAX_DEPTH = 40

_PLAIN_TAGS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A spec that passed, with where each field stands."""

    engagement: Engagement
    path: Path
    lines: Mapping[Where, int]
    """Line (from 1) of each field, by its path."""
    warnings: tuple[str, ...]

    def line(self, where: Where) -> int:
        """The line of a field, or of the nearest one around it."""
        return _line(self.lines, where)


def load(path: Path | str, *, today: date | None = None) -> Loaded:
    """Read and check a spec. Raises SpecError with every fault as `FILE:LINE: FIELD: what is wrong`."""
    path = Path(path)
    text = _text(path)
    data, lines = _parse(path, text)
    try:
        engagement = Engagement.model_validate(data)
    except ValidationError as error:
        faults = [(_where(one), _say(one)) for one in _own_faults(error.errors(include_url=False))]
        raise _spec_error(path, lines, faults) from None
    findings = rules.check(engagement, today=today or datetime.now(UTC).date())
    faults = [(one.where, one.message) for one in findings if one.fatal]
    if faults:
        raise _spec_error(path, lines, faults)
    warnings = tuple(_format(path, lines, one.where, one.message) for one in findings)
    return Loaded(engagement=engagement, path=path, lines=lines, warnings=warnings)


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the spec, as editors use it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://handoff.example/schema/v1/engagement.json",
    } | Engagement.model_json_schema(by_alias=True)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SpecError(f"{path}: larger than {MAX_BYTES} bytes", hint="An engagement spec is a few kilobytes; is this the right file?")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: not UTF-8 text (byte {error.start})", hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}", hint="Name an engagement spec; samples are in engagements/.") from None


def _parse(path: Path, text: str) -> tuple[object, dict[Where, int]]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SpecError(f"{at}: not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise SpecError(f"{path}: not YAML: {error}") from None
    except RecursionError:
        raise SpecError(f"{path}: nested too deeply") from None
    if node is None:
        raise SpecError(f"{path}: empty", hint="Start from a sample in engagements/.")
    builder = _Builder(path)
    value = builder.build(node, ())
    if builder.faults:
        raise _spec_error(path, builder.lines, builder.faults)
    return value, builder.lines


class _Builder:
    """Turns YAML nodes into plain values, noting lines and refusing what YAML would let pass."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Where, int] = {}
        self.faults: list[tuple[Where, str]] = []
        self._constructor = yaml.constructor.SafeConstructor()
        self._nodes = 0

    def build(self, node: yaml.Node, where: Where) -> object:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(where) > MAX_DEPTH:
            raise SpecError(f"{self.path}:{node.start_mark.line + 1}: aliases expand to too much", hint="Write the values out instead of using YAML aliases.")
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.CollectionNode) and node.tag not in _PLAIN_TAGS:
            self.faults.append((where, f"cannot be read: the tag {node.tag} is not allowed"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, number)) for number, item in enumerate(node.value)]
        try:
            return self._constructor.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or str(error)
            self.faults.append((where, f"cannot be read: {problem}"))
            return None

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key_node.tag == "tag:yaml.org,2002:merge":
                self.faults.append((where, "keys are plain names; merge keys (<<) are not read"))
                continue
            here = (*where, key)
            if key in found:
                self.lines[here] = key_node.start_mark.line + 1
                self.faults.append((here, "stands twice in the same block; keep one"))
                continue
            self.lines[here] = key_node.start_mark.line + 1
            found[key] = self.build(value_node, here)
        return found


def _own_faults(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without "too short" of a list that has a faulty item: the item was left out of the count, and is named itself."""
    return [
        one
        for one in errors
        if not (one["type"] == "too_short" and any(len(two["loc"]) > len(one["loc"]) and two["loc"][: len(one["loc"])] == one["loc"] for two in errors))
    ]


def _where(error: ErrorDetails) -> Where:
    """Drops the parts that pydantic adds for union branches: they name no field."""
    return tuple(part for part in error["loc"] if isinstance(part, int) or "[" not in part)


def _say(error: ErrorDetails) -> str:
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return "no such field here; `handoff spec schema` lists the fields"
    if kind == "missing":
        return "missing"
    if kind == "string_type" and isinstance(given, int | float) and not isinstance(given, bool):
        return f"expected text, found the number {given}; put it in quotes"
    shown = f" (found {given!r})" if isinstance(given, str | int | float | bool | date) else ""
    message = error["msg"]
    return f"{message[0].lower()}{message[1:]}{shown}"


def _line(lines: Mapping[Where, int], where: Where) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _format(path: Path, lines: Mapping[Where, int], where: Where, message: str) -> str:
    field = ""
    for part in where:
        field += f"[{part}]" if isinstance(part, int) else f".{part}" if field else part
    return f"{path}:{_line(lines, where)}: {field or 'spec'}: {message}"


def _spec_error(path: Path, lines: Mapping[Where, int], faults: list[tuple[Where, str]]) -> SpecError:
    ordered = sorted(faults, key=lambda one: _line(lines, one[0]))
    return SpecError("\n".join(dict.fromkeys(_format(path, lines, where, message) for where, message in ordered)))
