"""Writes the transfer package: every section the registry finds, an index, and a manifest that the ledger keeps."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from handoff import canonical, registry
from handoff.documents._contract import Resource, Source
from handoff.errors import MachineError, UsageError
from handoff.evidence.facts import SweepRecord, read_sweep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.documents._contract import Section
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder
    from handoff.spec import Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A written transfer package."""

    path: Path
    files: Mapping[str, str]
    """SHA-256 in hexadecimal by name, without the manifest."""
    summaries: Mapping[str, str]
    """By section's title."""
    manifest: str
    """SHA-256 of `manifest.json`, in hexadecimal."""


def write(engagement: Engagement, folder: StateFolder, ledger: Ledger, out: Path, state: Path | None) -> Package:
    """Write the package to a fresh folder, whole or not at all, and record it. Raises UsageError for a broken state file, MachineError for a folder in use or a full disk."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MachineError(f"{out} is there already", hint="Documents are not written over. Name another folder.")
    source, origin = _source(engagement, folder, ledger, state)
    sections = sorted((cast("Section", one) for one in registry.load("handoff.documents", "SECTION").values()), key=lambda one: (one.order, one.title))
    files: dict[str, bytes] = {}
    summaries: dict[str, str] = {}
    index = [f"# Transfer of {engagement.parties.client.name}, engagement {engagement.metadata.name}", ""]
    for section in sections:
        written = section.write(source)
        if taken := files.keys() & written.files.keys():
            raise registry.RegistryError(f"two sections write {sorted(taken)[0]}", hint="Give each section its own folder.")
        files |= written.files
        summaries[section.title] = written.summary
        index += [
            f"## {section.title}",
            "",
            f"{written.summary}. Asked for by: {section.asked_by}.",
            "",
            *(f"- [{name}]({name})" for name in sorted(written.files)),
            "",
        ]
    files["index.md"] = "\n".join(index).encode("utf-8", "backslashreplace")
    digests = {name: canonical.sha256(data) for name, data in sorted(files.items())}
    manifest = canonical.pretty(
        {
            "schema_version": 1,
            "engagement": engagement.metadata.name,
            "files": {name: f"sha256:{digest}" for name, digest in digests.items()},
            "sources": origin,
        }
    )
    _put(out, files | {"manifest.json": manifest})
    folder.write_artefact(f"documents/{canonical.sha256(manifest)}.json", manifest)
    ledger.append("document.finished", {"manifest": f"sha256:{canonical.sha256(manifest)}", "files": len(files), "sources": origin})
    return Package(path=out, files=digests, summaries=summaries, manifest=canonical.sha256(manifest))


def _put(out: Path, files: Mapping[str, bytes]) -> None:
    partial = out.with_name(f"{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for name, data in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    except OSError as error:
        raise MachineError(f"{out}: the documents cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _source(engagement: Engagement, folder: StateFolder, ledger: Ledger, state: Path | None) -> tuple[Source, dict[str, str]]:
    planned, proven, newest = "", "", ""
    for entry in ledger:
        if entry.type == "plan.made":
            planned, proven = str(entry.body["sweep"]), ""
        elif entry.type == "proof.finished":
            proven = str(entry.body["sweep"])
        elif entry.type == "sweep.finished":
            newest = str(entry.body["sweep"])
    origin = {"before": planned or newest, "after": proven}
    resources = None
    if state is not None:
        data = _bytes(state)
        origin["state"] = f"sha256:{canonical.sha256(data)}"
        resources = read_state(data, name=str(state))
    return Source(engagement=engagement, resources=resources, before=_sweep(folder, origin["before"]), after=_sweep(folder, proven)), origin


def _sweep(folder: StateFolder, digest: str) -> SweepRecord | None:
    return read_sweep(folder.read_artefact(folder.sweep(digest))) if digest else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="`pulumi stack export --file FILE` writes one.") from error


def read_state(data: bytes, *, name: str) -> tuple[Resource, ...]:
    """The resources of `pulumi stack export` or of a checkpoint file. Raises UsageError."""
    try:
        body: dict[str, Any] = json.loads(data)
        held = body["deployment"] if "deployment" in body else body["checkpoint"]["latest"]
        resources = [_resource(one) for one in held.get("resources") or []]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{name} is not an exported Pulumi state", hint="`pulumi stack export --file FILE` writes one.") from error
    return tuple(sorted(resources, key=lambda one: one.urn))


def _resource(raw: dict[str, Any]) -> Resource:
    return Resource(
        urn=str(raw["urn"]), type=str(raw["type"]), id=str(raw.get("id", "")), inputs=dict(raw.get("inputs") or {}), outputs=dict(raw.get("outputs") or {})
    )
