"""The reference pages of the access-path kinds, the inbound dependencies, the exports, and of the permissions that a run needs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from handoff import registry
from handoff.model import AccessPath, Scope, Verb
from handoff.powers import Fencing, Recurring, Watching
from handoff.runs import permissions as runs

if TYPE_CHECKING:
    from handoff.exports._contract import Export
    from handoff.model import Kind
    from handoff.powers import Leaning

CLOUDS = {"aws": "AWS", "azure": "Azure and Entra", "gcp": "Google Cloud"}
_SOMEBODY = "arn:aws:iam::222222222222:root"
_SAID = {
    (Verb.DISABLE, True): "switched off or taken out (can be undone)",
    (Verb.DELETE, False): "deleted (cannot be undone)",
    (Verb.MANUAL, False): "by hand, checked",
}


def page() -> str:
    """Every kind, dependency and export."""
    lines = ["# Kinds of access path, inbound dependencies, and exports", "", _INTRO]
    for cloud, title in CLOUDS.items():
        kinds = sorted(registry.kinds(cloud).values(), key=lambda kind: (int(kind.row[1:]), kind.id))
        lines += [f"## {title}", "", "| kind | row | what | scope | phase | how it is ended | lag | survives |", "|---|---|---|---|---|---|---|---|"]
        lines += [
            f"| [`{one.id}`](#{_anchor(one.id)}) | {one.row} | {one.title} | `{one.scope_type.value}` | {one.phase} | {_ends(one)} | {_time(one.lag.settle_s)} | {_time(one.lag.survives_s)} |"
            for one in kinds
        ]
        lines.append("")
        for one in kinds:
            lines += _kind(one)
    lines += ["## Inbound dependencies", "", _LEANING_INTRO, ""]
    for cloud in CLOUDS:
        for leaning in registry.dependencies(cloud).values():
            lines += _leaning(leaning)
    lines += ["## Exports", "", "| export | what | Pulumi types | not returned |", "|---|---|---|---|"]
    for export in cast("dict[str, Export]", registry.load("handoff.exports", "EXPORT")).values():
        lines.append(f"| `{export.id}` | {export.title} | {_codes(export.stores)} | {export.blind} |")
    return "\n".join(lines)


def permissions() -> str:
    """The smallest policies for those who run the tool."""
    lines = ["# Permissions", "", _PERMISSIONS_INTRO, ""]
    for role in runs.Role:
        made = runs.documents("aws", role)
        lines += [f"## AWS: {role.value}", "", f"{len(made)} managed policies.", ""]
        for document in made:
            lines += ["```json", json.dumps(document, indent=1), "```", ""]
    return "\n".join(lines)


def _kind(one: Kind) -> list[str]:
    survives = f"a session minted before the cut may live {_time(one.lag.survives_s)}" if one.lag.survives_s else "no session outlives the cut"
    first = f"Cut after {_codes(one.after)}. " if one.after else ""
    facts = [
        f"- Ended: {_ends(one)}",
        f"- Lag: {_time(one.lag.settle_s)} until a probe means anything; {survives}. Source: {one.lag.source}",
        f"- Reads: {_codes(one.reads)}",
        f"- Writes: {_codes(one.writes) or 'none'}",
        f"- Fenced by denying: {_codes(one.fences) or 'nothing'}" if isinstance(one, Fencing) else "",
        f"- Use is looked up by: {_codes(one.uses)}" if isinstance(one, Watching) else "",
        "- Can make itself anew: it is cut again until it stays quiet" if isinstance(one, Recurring) and one.recurs else "",
        f"- Pulumi types that open it: {_codes(one.creates) or 'none'}",
        f"- {first}Does not see: {one.blind}",
        f"- Vendor: {one.source}",
    ]
    return [f"### {one.id}", "", _prose(one), "", *(fact for fact in facts if fact), ""]


def _leaning(one: Leaning) -> list[str]:
    facts = [
        f"- Row {one.row}, read in each `{one.scope_type.value}`",
        f"- Replaced: {one.replace}",
        f"- Reads: {_codes(one.reads)}",
        f"- Does not see: {one.blind}",
        f"- Vendor: {one.source}",
    ]
    return [f"### {one.id} (dependency)", "", f"{one.title}. {_prose(one)}", "", *facts, ""]


class _Sample(dict[str, object]):
    """Facts of a path that nobody has seen: whatever is asked for is there."""

    def __missing__(self, name: str) -> object:
        return _Sample()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]  # nothing is ever missing
        return self[name]

    def __str__(self) -> str:
        return "..."

    def __bool__(self) -> bool:
        return True

    def __hash__(self) -> int:  # type: ignore[override]  # it is looked up in sets of texts, and is in none
        return 0


def _ends(one: Kind) -> str:
    """What the steps of a typical path are."""
    path = AccessPath(
        kind=one.id,
        id="...",
        scope=Scope(type=one.scope_type, id="111111111111"),
        holder=_SOMEBODY,
        allows="...",
        detail=_Sample(conditions={}, statements=[], principal=_SOMEBODY, principal_type="AWS", kept_by_aws=False, policy_writable=True),
    )
    said = [_SAID.get((step.verb, step.reversible), f"{step.verb.value} (cannot be undone)") for step in one.steps(path)]
    return "; then ".join(dict.fromkeys(said)) or "only some paths of it can be ended: see the text"


def _prose(one: object) -> str:
    """The class's own words on what is cut, and what cannot be undone."""
    return inspect.cleandoc(type(one).__doc__ or "").replace("\n\n", "\n").replace("\n", " ")


def _codes(names: Iterable[str] | Iterator[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(names))


def _time(seconds: int) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s" if seconds else "none"


def _anchor(text: str) -> str:
    return text.replace(".", "")


_INTRO = """One file each in `src/handoff/kinds/`, `src/handoff/dependencies/` and `src/handoff/exports/`. *Row* is the row of the access-path catalogue (A: AWS,
Z: Azure and Entra, G: Google Cloud). *Phase* is its place in the [order of an exit](../exit-order.md). *How it is ended*: the steps of a typical path; single
paths may have fewer. *Lag* is the vendor's figure for how long a right that was cut may still work; *survives* is the longest life of a session or token that
was minted before the cut, when nothing else ends it. Reads and writes are the operations that a kind may call, and so the permissions that a run needs: see
[permissions](permissions.md). *Fenced by denying*: the operations that open such a path; the [fence](../exit.md#the-fence) is made of them.
"""
_LEANING_INTRO = """What of the client's still leans on somebody else. It is found with the paths, shown in the plan as work for people, and has to be replaced
before what it needs is cut."""
_PERMISSIONS_INTRO = """Worked out from the kinds' own declarations, as `handoff permissions` prints them: exactly the operations that a run may call, and no `*` in an
action. The auditor reads (`discover`, `plan`, `prove`), the operator writes as well (`apply`, `rollback`). The test suite runs under them."""
