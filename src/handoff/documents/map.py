"""Parties, their ways in and where these lead, as a Mermaid picture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from handoff.documents._contract import Section, Source, Written

if TYPE_CHECKING:
    from handoff.evidence.facts import SweepRecord


class Map:
    """One picture for each sweep; paths of one kind in one scope are drawn as one box with their number."""

    title = "Map of access"
    order = 30
    asked_by = "NIST 800-53 PL-2; PCI DSS 1.2"

    def write(self, source: Source, /) -> Written:
        """A Markdown page with both pictures, and each as a `.mmd` file."""
        drawn = {name: _draw(record, source) for name, record in (("before", source.before), ("after", source.after)) if record}
        page = ["# Map of access", ""]
        for name, picture in drawn.items():
            page += [f"## {name.capitalize()}", "", "```mermaid", picture.rstrip("\n"), "```", ""]
        if not drawn:
            page.append("No sweep is in the ledger yet.")
        files = {f"map/{name}.mmd": picture.encode() for name, picture in drawn.items()}
        files["map/map.md"] = ("\n".join(page).rstrip("\n") + "\n").encode()
        return Written(files=files, summary=f"{len(drawn)} picture(s)" if drawn else "no sweep is in the ledger yet")


def _draw(record: SweepRecord, source: Source) -> str:
    parties = source.engagement.parties
    named = {"client": parties.client.name, "provider": parties.provider.name, "incoming": parties.incoming.name if parties.incoming else "incoming"}
    groups = Counter((line["party"], line["kind"], line["scope"]) for line in record.paths.values())
    scopes = sorted({scope for _, _, scope in groups} | {scope for _, scope in record.coverage})
    ids = {scope: f"s{number}" for number, scope in enumerate(scopes)}
    lines = ["flowchart LR"]
    for party in sorted({party for party, _, _ in groups}):
        lines.append(f'  {_id(party)}(["{_label(named.get(party, party))} ({_label(party)})"])')
    lines += [f'  {ids[scope]}[("{_label(scope)}")]' for scope in scopes]
    for number, ((party, kind, scope), count) in enumerate(sorted(groups.items())):
        lines.append(f'  {_id(party)} --> g{number}["{_label(kind)} x {count}"] --> {ids[scope]}')
    return "\n".join(lines) + "\n"


def _id(party: str) -> str:
    return "p_" + "".join(char if char.isalnum() else "_" for char in party)


def _label(text: str) -> str:
    """Text that Mermaid and Markdown take as text."""
    plain = " ".join(text.split())
    return "".join(char if char.isalnum() or char in " .:-_/@()" else f"#{ord(char)};" for char in plain)


SECTION: Section = Map()
