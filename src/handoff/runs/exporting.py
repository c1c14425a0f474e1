"""Returns the data: one bag per store of the estate, each recorded in the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from handoff import registry
from handoff.errors import CloudError, MachineError, UsageError
from handoff.exports._bag import OBJECTS, Bag, listed, write_bag
from handoff.exports._check import check_bag
from handoff.exports._names import folder_name

if TYPE_CHECKING:
    from datetime import datetime

    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder
    from handoff.exports._contract import Export, ObjectCloud, ObjectInfo, ObjectReader
    from handoff.model import Scope
    from handoff.runs.estate import Estate

_TAG_FILES = ("tagmanifest-sha256.txt", "manifest-sha256.txt", "bag-info.txt", "bagit.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One store to return."""

    export: Export
    reader: ObjectReader
    store: str

    @property
    def scope(self) -> Scope:
        """Where it lies."""
        return self.reader.scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What became of one store, or of one listing of stores."""

    export: str
    scope: Scope
    store: str
    """Empty when the listing of stores itself failed."""
    bag: Bag | None
    kept: bool = False
    """True: the bag was there already, and the store is still what it holds."""
    problem: str = ""


def export(work: Estate, out: Path, folder: StateFolder, ledger: Ledger, *, only: tuple[str, ...], now: Callable[[], datetime]) -> Iterator[Returned]:
    """One result per store, as each is done. A store that could not be read is told and the next one is tried. Raises MachineError, CredentialsRefused, UsageError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{out}: cannot be made: {error.strerror}") from error
    seen: set[str] = set()
    for found in _sources(work):
        if isinstance(found, Returned):
            yield found
        elif not only or found.store in only:
            seen.add(found.store)
            yield _return(work, found, out, folder, ledger, now())
    if missing := [name for name in only if name not in seen]:
        raise UsageError(f"no such store: {', '.join(missing)}", hint="Run the command without --store to see what there is.")


def _sources(work: Estate) -> Iterator[Source | Returned]:
    for cloud in sorted(work.clouds):
        exports = {name: cast("Export", value) for name, value in registry.load(f"handoff.exports.{cloud}", "EXPORT").items()}
        for one in exports.values():
            for scope in sorted(scope for scope in work.scopes if scope.type is one.scope_type):
                try:
                    reader = cast("ObjectCloud", work.clouds[cloud]).objects(scope)
                    stores = sorted(one.find(reader))
                except CloudError as error:
                    yield Returned(export=one.id, scope=scope, store="", bag=None, problem=error.message)
                    continue
                for store in stores:
                    yield Source(export=one, reader=reader, store=store)


def _return(work: Estate, source: Source, out: Path, folder: StateFolder, ledger: Ledger, at: datetime) -> Returned:
    path = out / folder_name(source.scope.cloud, source.store)
    try:
        items = list(source.export.objects(source.reader, source.store))
        kept = path.exists()
        bag = (
            _same(path, items)
            if kept
            else write_bag(path, items, lambda item: source.export.open(source.reader, source.store, item), info=_info(work, source), at=at)
        )
    except CloudError as error:
        return Returned(export=source.export.id, scope=source.scope, store=source.store, bag=None, problem=error.message)
    for name in _TAG_FILES:
        folder.write_artefact(f"bags/{bag.tagmanifest}/{name}", (path / name).read_bytes())
    body = {
        "export": source.export.id,
        "scope": str(source.scope),
        "store": source.store,
        "bag": path.name,
        "objects": bag.objects,
        "bytes": bag.size_bytes,
        "manifest": f"sha256:{bag.manifest}",
        "tagmanifest": f"sha256:{bag.tagmanifest}",
        "blind": source.export.blind,
    }
    ledger.append("export.finished", body)
    return Returned(export=source.export.id, scope=source.scope, store=source.store, bag=bag, kept=kept)


def _same(path: Path, items: list[ObjectInfo]) -> Bag:
    """The finished bag of an earlier run, when the store is still what it holds."""
    bag = check_bag(path)
    held: dict[str, dict[str, object]] = {}
    for line in (path / OBJECTS).read_bytes().splitlines():
        record = json.loads(line)
        held[record["key"]] = record
    if held.keys() != {item.key for item in items} or any(not listed(item).items() <= held[item.key].items() for item in items):
        raise MachineError(f"{path} is there already, and the store has changed since", hint="Move the older bag away, or name another folder.")
    return bag


def _info(work: Estate, source: Source) -> dict[str, str]:
    spec = work.spec
    return {
        "Source-Organization": spec.parties.provider.name,
        "Contact-Name": ", ".join(spec.parties.provider.contacts),
        "External-Description": f"{source.export.title} {source.store} of {spec.parties.client.name}, returned at the end of the engagement {spec.metadata.name}",
        "External-Identifier": f"{source.scope}/{source.store}",
        "Bag-Software-Agent": "handoff",
        "Handoff-Engagement": spec.metadata.name,
        "Handoff-Engagement-Id": spec.metadata.id or spec.metadata.name,
        "Handoff-Export": source.export.id,
        "Handoff-Not-Returned": source.export.blind,
        "Handoff-Environment": "lab" if work.lags.is_lab else "cloud",
    }
