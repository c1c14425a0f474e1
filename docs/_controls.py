"""The reference pages of the controls: one page each, and their index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from handoff.controls import catalogue
from handoff.controls.catalogue import Pack
from handoff.controls.evaluate import WAIVER
from handoff.controls.frameworks import FRAMEWORKS, NIST, Framework, asked
from handoff.controls.model import RESIDENCY, Category, Control

FOLDER = "reference/controls"
POLICIES = Path(__file__).resolve().parents[1] / "policies"
CLOUDS = {"aws": "AWS", "azure": "Azure", "entra": "Entra", "gcp": "Google Cloud"}
CATEGORIES: Mapping[Category, str] = {
    Category.PLACE: "residency, place: where a resource lives",
    Category.COPY: "residency, copy: where it is replicated, backed up or exported to",
    Category.REACH: "residency, reach: where, and to whom, it can be sent or served",
    Category.BASELINE: "baseline",
    Category.EXIT: "exit readiness",
}
FAMILIES = {
    "PUB": "public exposure",
    "NET": "network boundary",
    "TRN": "encryption on the way",
    "RST": "encryption at rest",
    "KEY": "keys",
    "LOG": "logs",
    "LGP": "protection of logs",
    "MON": "monitoring",
    "IAM": "who may do what",
    "CRD": "credentials",
    "MFA": "second factor",
    "BKP": "backups",
    "HA": "availability",
    "DEL": "deletion",
    "CFG": "configuration",
    "VUL": "vulnerabilities",
    "RES": "residency",
    "GOV": "governance",
}
LAWS = {"gdpr": "GDPR", "eu-data-act": "EU Data Act", "dora": "DORA"}
NIST_AZURE = "https://github.com/Azure/azure-policy/blob/master/built-in-policies/policySetDefinitions/Regulatory%20Compliance/NIST_SP_800-53_R5.json"
SHOWN = tuple(FRAMEWORKS.values())


@cache
def packs() -> tuple[Pack, ...]:
    """Every pack of the project."""
    return catalogue.load(POLICIES)


def controls() -> tuple[Control, ...]:
    """Every control of every pack, and the one that speaks of waivers."""
    return (*(one for pack in packs() for one in pack.controls), WAIVER)


def pages() -> dict[str, str]:
    """The index and a page per control."""
    made = {f"{FOLDER}/index.md": _index()}
    for pack in packs():
        made |= {f"{FOLDER}/{one.id}.md": _page(one, pack.name) for one in pack.controls}
    made[f"{FOLDER}/{WAIVER.id}.md"] = _page(WAIVER, "every pack")
    return made


def link(control: Control, start: str = "") -> str:
    """A link to a control's page; `start` is the way from the page to the folder."""
    return f"[`{control.id}`]({start}{control.id}.md)"


def prose(text: str) -> str:
    """Text whose signs are no markup, also inside a table."""
    return re.sub(r"[*_|]", r"\\\g<0>", " ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")


def source(text: str) -> str:
    """`URL (read DATE)` as a link."""
    url, _, read = text.partition(" ")
    return f"<{url}> {read}".rstrip()


def _page(one: Control, pack: str) -> str:
    lines = [f"# {one.id}", "", f"**{prose(one.title)}.**", "", "| | |", "|---|---|", *_facts(one, pack), ""]
    lines += ["## Why", "", prose(one.why), "", "## How to fix", "", prose(one.fix), ""]
    if one.snippet:
        lines += ["A program that satisfies it:", "", "```python", one.snippet.strip("\n"), "```", ""]
    lines += ["## What it judges", "", *_judges(one), ""]
    lines += ["## What it does not see", "", prose(one.blind) if one.blind else "Nothing is known that it misses in what it judges.", ""]
    lines += ["## Frameworks", "", *_frameworks(one), ""]
    lines += ["## Safe fix", "", *_remedy(one), "", "## Waiver", "", *_waiver(one)]
    return "\n".join(lines)


def _facts(one: Control, pack: str) -> Iterator[str]:
    yield f"| pack | {pack} |"
    family = f", {FAMILIES[one.family]}" if one.family else ""
    yield f"| category | {CATEGORIES[one.category]}{family} |"
    yield f"| severity | {one.severity.value} |"
    if one.clouds:
        yield f"| clouds | {', '.join(name for key, name in CLOUDS.items() if key in one.clouds)} |"
    if one.rows:
        yield f"| catalogue rows | {', '.join(f'`{row}`' for row in one.rows)} |"
    yield f"| vendor's or standard's word | {source(one.source)} |"


def _judges(one: Control) -> list[str]:
    if one is WAIVER:
        return ["The waivers of the spec, against what the stack's controls found."]
    how = "The stack as a whole, at the end of a preview."
    if one.evaluate is not None:
        how = "Each resource by itself, so the engine stops the change at that resource."
    elif one.evaluate_linked is not None:
        how = "Each resource together with the rest of the stack, at the end of a preview."
    lines = [how, ""]
    lines += _types("resource type", one.reads) if one.reads else []
    if one.looks_at:
        lines += ["", "To decide, it also looks at:", "", *_types("resource type", one.looks_at)]
    return lines


def _types(heading: str, reads: Mapping[str, tuple[str, ...]]) -> list[str]:
    rows = [f"| `{token}` | {', '.join(f'`{path}`' for path in reads[token]) or 'that it is there'} |" for token in sorted(reads)]
    return [f"| {heading} | properties |", "|---|---|", *rows]


def _frameworks(one: Control) -> list[str]:
    rows = [row for framework in SHOWN if (row := _framework(one, framework))]
    rows += [f"| {LAWS.get(name, name)} | {clause} | |" for name, _, clause in (text.partition(" ") for text in one.also)]
    if not rows:
        return ["No clause of the frameworks asks for it by name. It is judged whichever frameworks the spec names."]
    derived = any(clause.derived for clause in one.maps.clauses)
    note = ["", "`~` marks a clause derived by analogy: no published mapping names this check, so the clause is the one of its family."] if derived else []
    return ["| framework | clauses | mapping |", "|---|---|---|", *rows, *note]


def _framework(one: Control, framework: Framework) -> str:
    clauses = asked(one.maps.clauses, (framework.id,))
    if not clauses:
        return ""
    named = ", ".join(f"{'~' if clause.derived else ''}{clause.clause}" for clause in clauses)
    said = "derived by analogy" if all(clause.derived for clause in clauses) else f"[published]({mapping(one, framework)})"
    return f"| [{framework.title}](../frameworks.md#{anchor(framework)}) | {named} | {said} |"


def anchor(framework: Framework) -> str:
    """The anchor of a framework's heading, which is its id."""
    return framework.id.replace(".", "")


def mapping(one: Control, framework: Framework) -> str:
    """Where the mapping of a control comes from: the frameworks' tables, but for NIST on Azure, which Microsoft publishes."""
    if framework.base == NIST and one.clouds and one.clouds <= {"azure", "entra"}:
        return NIST_AZURE
    return framework.source.partition(" ")[0] if framework.base != NIST else FRAMEWORKS[NIST].source.partition(" ")[0]


def _remedy(one: Control) -> list[str]:
    if not one.remedy:
        return ["None: the change needs a decision, or touches what runs. The program has to be mended."]
    return [
        "| property | is set to |",
        "|---|---|",
        *(f"| `{path}` | `{_value(value)}` |" for path, value in one.remedy.items()),
        "",
        "Only when asked for: see [remediation](../remediation.md).",
    ]


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waiver(one: Control) -> list[str]:
    if one is WAIVER:
        return ["It cannot be waived."]
    return [
        "In the spec; [policy](../../policy.md#waivers) says what each field is for.",
        "",
        "```yaml",
        "waivers:",
        f"  - control: {one.id}",
        '    resource: "NAME"  # a resource\'s name or URN; * is allowed',
        "    reason: WHY",
        "    owner: WHO",
        "    approver: WHO ELSE",
        "    compensating: WHAT HOLDS INSTEAD",
        "    issued: DATE",
        "    expires: DATE  # at most 180 days later",
        "```",
    ]


def _index() -> str:
    everything = [one for pack in packs() for one in pack.controls]
    lines = ["# Controls", "", _INTRO, "", *_counts(everything), ""]
    for pack in packs():
        lines += [f"## {pack.name}", "", prose(pack.description), ""]
        for cloud, title in (*CLOUDS.items(), ("", "All clouds")):
            for category in Category:
                found = [one for one in pack.controls if one.category is category and _home(one) == cloud]
                lines += _table(f"### {title}" + (f": {category.value}" if category in RESIDENCY else f", {pack.name.replace('_', ' ')}"), found)
    lines += ["## In every pack", "", f"{link(WAIVER)}: {prose(WAIVER.title)}. {prose(WAIVER.why)} It cannot be waived."]
    return "\n".join(lines)


def _home(one: Control) -> str:
    """The cloud under which a control is listed; empty when it speaks of several, or of none."""
    return next(iter(one.clouds)) if len(one.clouds) == 1 else ""


def _counts(found: Sequence[Control]) -> list[str]:
    """How many controls per category and cloud."""
    columns = [*CLOUDS, ""]
    counts = Counter((one.category, _home(one)) for one in found)
    rows = [
        f"| {CATEGORIES[category]} | {' | '.join(str(counts[category, cloud]) for cloud in columns)} | {sum(counts[category, cloud] for cloud in columns)} |"
        for category in Category
    ]
    head = f"| category | {' | '.join(CLOUDS.get(one, 'several') for one in columns)} | all |"
    total = f"| all | {' | '.join(str(sum(counts[category, cloud] for category in Category)) for cloud in columns)} | {len(found)} |"
    return [head, "|---" * (len(columns) + 2) + "|", *rows, total]


def _table(heading: str, found: Iterable[Control]) -> list[str]:
    rows = [
        f"| {link(one)} | {one.severity.value} | {FAMILIES[one.family] if one.family else one.category.value} | {prose(one.title)} | {'yes' if one.remedy else ''} |"
        for one in found
    ]
    return [heading, "", "| control | severity | about | what holds | safe fix |", "|---|---|---|---|---|", *rows, ""] if rows else []


_INTRO = """The catalogue as `handoff policy list` prints it: one page for each control, with a program that satisfies it. See [policy](../../policy.md) for
the ways to run it, [frameworks](../frameworks.md) for the way from a clause to its controls, and [remediation](../remediation.md) for what can be mended
without a change to the program. Catalogue rows are the ids of the lists that the controls answer: `R` a way in which data leaves a region; `A`, `Z`, `E` and
`G` a baseline rule of AWS, Azure, Entra and Google Cloud."""
