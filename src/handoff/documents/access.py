"""Who could get in, and who still can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from handoff.documents._contract import Section, Source, Written, table_csv
from handoff.evidence.readable import cell

if TYPE_CHECKING:
    from handoff.evidence.facts import SweepRecord

_COLUMNS = ("party", "kind", "id", "scope", "holder", "allows", "why")


class Access:
    """The access list, before and after the exit."""

    title = "Access before and after"
    order = 20
    asked_by = "NIST 800-53 AC-2, PS-4; ISO 27001 A.5.18; SOC 2 CC6.2"

    def write(self, source: Source, /) -> Written:
        """One CSV for each sweep, and a page that compares them."""
        files = {f"access/{name}.csv": _csv(record) for name, record in (("before", source.before), ("after", source.after)) if record}
        files["access/access.md"] = _page(source).encode("utf-8", "backslashreplace")
        return Written(files=files, summary=_summary(source))


def _csv(record: SweepRecord) -> bytes:
    return table_csv(_COLUMNS, [[line[name] for name in _COLUMNS] for _, line in _sorted(record)])


def _sorted(record: SweepRecord) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(record.paths.items(), key=lambda item: (item[1]["party"], item[0]))


def _summary(source: Source) -> str:
    if source.before is None:
        return "no sweep is in the ledger: run `handoff discover` first"
    if source.after is None:
        return f"{len(source.before.paths)} paths; the exit is not proven yet, so there is no list after it"
    return f"{len(source.before.paths)} paths before, {len(source.after.paths)} after"


def _page(source: Source) -> str:
    lines = ["# Access before and after", "", f"{_summary(source)}.", ""]
    seen: dict[str, Mapping[str, Any]] = {**(source.before.paths if source.before else {}), **(source.after.paths if source.after else {})}
    lines += ["| party | state | kind | id | scope | holder | allows |", "|---|---|---|---|---|---|---|"]
    for key, line in sorted(seen.items(), key=lambda item: (item[1]["party"], item[0])):
        cells = [line["party"], _state(key, source), line["kind"], line["id"], line["scope"], line["holder"], line["allows"]]
        lines.append("| " + " | ".join(cell(one) for one in cells) + " |")
    lines += ["", "## What could not be read whole", ""]
    gaps = [(name, one) for name, record in (("before", source.before), ("after", source.after)) if record for one in record.incomplete]
    lines += [f"- {name}: {one['kind']} in {one['scope']}: {one['read']}: {cell(one['reason'])}" for name, one in gaps] or [
        "Nothing: every listing was complete." if source.before else "Nothing was read."
    ]
    return "\n".join(lines) + "\n"


def _state(key: str, source: Source) -> str:
    if source.after is None:
        return "there"
    if key not in source.after.paths:
        return "not seen any more"
    return "stays" if source.before and key in source.before.paths else "new"


SECTION: Section = Access()
