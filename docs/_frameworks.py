"""The reference pages that go the other way: from a framework's clause to its controls, and from a safe fix to its control."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from _controls import LAWS, NIST_AZURE, anchor, controls, link, packs, prose, source

from handoff.controls.frameworks import FRAMEWORKS, Framework, asked
from handoff.controls.model import Control

Clauses = Mapping[str, list[tuple[Control, bool]]]
"""Clause -> the controls that answer it, each with whether that is derived by analogy."""


def pages() -> dict[str, str]:
    """Both pages."""
    return {"reference/frameworks.md": _frameworks(), "reference/remediation.md": _remediation()}


def answered(framework: Framework) -> Clauses:
    """What answers each clause of a framework."""
    found: dict[str, list[tuple[Control, bool]]] = {}
    for control in controls():
        for clause in asked(control.maps.clauses, (framework.id,)):
            found.setdefault(clause.clause, []).append((control, clause.derived))
    return {name: found[name] for name in sorted(found, key=_order)}


def _order(clause: str) -> list[tuple[int, str]]:
    """Numbers by their size, so that AC-2 comes before AC-17."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", clause)]


def _frameworks() -> str:
    every = {framework: answered(framework) for framework in FRAMEWORKS.values()}
    head = "| `requirements.frameworks` | framework | clauses | controls | answers | of them derived | mapping from |"
    lines = ["# Frameworks", "", _INTRO, "", head, "|---|---|---|---|---|---|---|"]
    lines += [_summary(framework, found) for framework, found in every.items()]
    for framework, found in every.items():
        lines += ["", f"## {framework.id}", "", f"{framework.title}.", "", *_clauses(framework, found)]
    return "\n".join([*lines, "", *_laws()])


def _summary(framework: Framework, found: Clauses) -> str:
    pairs = [pair for each in found.values() for pair in each]
    derived = sum(is_derived for _, is_derived in pairs)
    share = f"{derived} ({round(100 * derived / len(pairs))} %)" if pairs else "0"
    names = {control.id for control, _ in pairs}
    title = f"[{framework.title}](#{anchor(framework)})"
    return f"| `{framework.id}` | {title} | {len(found)} | {len(names)} | {len(pairs)} | {share} | {source(framework.source)} |"


def _clauses(framework: Framework, found: Clauses) -> list[str]:
    if framework.baseline:
        base = next(one for one in FRAMEWORKS.values() if one.base == framework.base and not one.baseline)
        names = ", ".join(f"{clause} ({len(each)})" for clause, each in found.items())
        return [f"The clauses of [{base.title}](#{anchor(base)}) that stand in this baseline, each with the number of its controls: {names}."]
    rows = [f"| {clause} | {len(each)} | {_named(each)} |" for clause, each in found.items()]
    return ["| clause | controls | which |", "|---|---|---|", *rows]


def _named(pairs: Iterable[tuple[Control, bool]]) -> str:
    return ", ".join(f"{'~' if derived else ''}{link(control, 'controls/')}" for control, derived in pairs)


def _laws() -> list[str]:
    found: dict[str, list[Control]] = {}
    for control in controls():
        for clause in control.also:
            found.setdefault(clause, []).append(control)
    rows = []
    for clause in sorted(found, key=_order):
        law, _, article = clause.partition(" ")
        rows.append(f"| {LAWS.get(law, law)} {article} | {len(found[clause])} | {', '.join(link(one, 'controls/') for one in found[clause])} |")
    return ["## Laws", "", _LAWS_INTRO, "", "| clause | controls | which |", "|---|---|---|", *rows]


def _remediation() -> str:
    lines = ["# Remediation", "", _REMEDIATION, "", "| control | severity | what holds | is set |", "|---|---|---|---|"]
    for control in (one for pack in packs() for one in pack.controls if one.remedy):
        values = ", ".join(f"`{path}` = `{str(value).lower() if isinstance(value, bool) else value}`" for path, value in control.remedy.items())
        lines.append(f"| {link(control, 'controls/')} | {control.severity.value} | {prose(control.title)} | {values} |")
    return "\n".join(lines)


_INTRO = f"""A spec names frameworks in `requirements.frameworks`. Then a baseline control is judged when one of their clauses asks for it; residency, exit readiness and
controls that no framework maps are judged always. A spec without frameworks asks for everything. Results name the clauses of the spec's own frameworks.

*Answers* counts pairs of a clause and a control. *Derived* ones are marked `~`: no published mapping names that check, so the clause is the usual one of the control's
family. Take them as a draft that an assessor has to agree to. FedRAMP and the NIST baselines have no mapping of their own: a control counts through its NIST SP 800-53
clauses, where those stand in the baseline. A clause in these tables is supported by its controls, not fulfilled by them: much of every framework is about
people.

The published mappings of Azure and Entra to NIST SP 800-53 are those of [Microsoft's policy initiative]({NIST_AZURE}); for Google Cloud no open one was found, so
all of its are derived."""
_LAWS_INTRO = "Articles that give a control its reason. They are no frameworks that a spec selects."
_REMEDIATION = """Some faults have one fix that is safe: a switch that closes or encrypts, without replacing the resource or stopping what uses it. For these the packs can set the
value themselves, in the preview and the update, instead of failing. Nothing is changed unless somebody asks for it, in one of three ways:

```sh
pulumi config set handoff:remediate true              # for this stack, in the review
HANDOFF_REMEDIATE=true pulumi preview --policy-pack policies/baseline
echo '{"aws-kms-rotation": {"remediate": "true"}}' > remediate.json   # one policy's name carries it for its pack
pulumi preview --policy-pack policies/baseline --policy-pack-config remediate.json
```

A fix is applied only when the resource fails without it and passes with it. What is unknown, and what a waiver excuses, is left as it is. The engine shows every
change as `[remediate]` under the control's id. The program stays wrong, so put the value into the program too: `handoff policy check` on a program's preview without
remediation still fails. Offline checks never change anything."""
