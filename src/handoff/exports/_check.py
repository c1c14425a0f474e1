"""Checks a bag without trusting its writer: every file is there, is what the manifests say, and nothing else is."""

from __future__ import annotations

import json
import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from handoff.errors import EvidenceInvalid, UsageError
from handoff.exports._bag import OBJECTS, Bag, file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TAGMANIFEST = "tagmanifest-sha256.txt"
_MANIFEST = "manifest-sha256.txt"


def check_bag(path: Path) -> Bag:
    """Check one bag whole. Raises EvidenceInvalid naming the file, UsageError when there is no bag."""
    if not (path / "bagit.txt").is_file():
        raise UsageError(f"{path} is not a bag: it has no bagit.txt", hint="A folder that ends in .partial was not finished; run the export again.")
    files = set(_files(path))
    tags, payload = _manifest(path, _TAGMANIFEST), _manifest(path, _MANIFEST)
    strange = sorted(name for name in payload if not name.startswith("data/")) + sorted(name for name in tags if name.startswith("data/"))
    if strange:
        raise EvidenceInvalid(f"{path}: {strange[0]} stands in the wrong manifest")
    listed = tags.keys() | payload.keys() | {_TAGMANIFEST}
    for name in sorted(listed - files):
        raise EvidenceInvalid(f"{path / name}: listed, but not there")
    for name in sorted(files - listed):
        raise EvidenceInvalid(f"{path / name}: there, but not listed")
    for needed in ("bagit.txt", "bag-info.txt", _MANIFEST, OBJECTS):
        if needed not in tags:
            raise EvidenceInvalid(f"{path / _TAGMANIFEST}: does not list {needed}")
    for name, digest in [*sorted(tags.items()), *sorted(payload.items())]:
        if file_sha256(path / name) != digest:
            raise EvidenceInvalid(f"{path / name}: was changed: its SHA-256 is not the manifest's")
    size = sum((path / name).stat().st_size for name in payload)
    _compare_oxum(path, size, len(payload))
    _compare_objects(path, payload)
    return Bag(path=path, objects=len(payload), size_bytes=size, manifest=file_sha256(path / _MANIFEST), tagmanifest=file_sha256(path / _TAGMANIFEST))


def _files(path: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            found = os.path.join(folder, name)  # noqa: PTH118 - os.walk gives text, and a bag may hold millions
            if os.path.islink(found):  # noqa: PTH114
                raise EvidenceInvalid(f"{found}: a link; a bag holds files only")
        for name in names:
            yield PurePosixPath(os.path.relpath(os.path.join(folder, name), path)).as_posix()  # noqa: PTH118


def _manifest(path: Path, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        text = (path / name).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise EvidenceInvalid(f"{path / name}: missing or not UTF-8") from error
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        digest, _, file = line.partition("  ")
        parts = file.split("/")
        if len(digest) != 64 or not file or file in found or any(part in {"", ".", ".."} for part in parts) or "\\" in file:
            raise EvidenceInvalid(f"{path / name}: line {number} is not a digest and a path within the bag, once")
        found[file] = digest
    if text and not text.endswith("\n"):
        raise EvidenceInvalid(f"{path / name}: its last line is not whole")
    return found


def _compare_oxum(path: Path, size: int, count: int) -> None:
    lines = (path / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    found = [line.removeprefix("Payload-Oxum: ") for line in lines if line.startswith("Payload-Oxum: ")]
    if found != [f"{size}.{count}"]:
        raise EvidenceInvalid(f"{path / 'bag-info.txt'}: Payload-Oxum is {', '.join(found) or 'missing'}, the payload is {size}.{count}")


def _compare_objects(path: Path, payload: Mapping[str, str]) -> None:
    seen: set[str] = set()
    with (path / OBJECTS).open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                record: dict[str, Any] = json.loads(line)
                name, digest, size = record["path"], record["sha256"], record["size"]
            except (ValueError, KeyError, TypeError) as error:
                raise EvidenceInvalid(f"{path / OBJECTS}: line {number} is not an object's record") from error
            if payload.get(name) != digest or name in seen or (path / name).stat().st_size != size:
                raise EvidenceInvalid(f"{path / OBJECTS}: line {number} does not agree with the manifest on {name}")
            seen.add(name)
    for name in sorted(payload.keys() - seen):
        raise EvidenceInvalid(f"{path / OBJECTS}: says nothing about {name}")


def check_by_reference(path: Path) -> None:
    """Check one bag with the Library of Congress's bagit. Raises EvidenceInvalid with its words."""
    import logging

    import bagit

    logging.getLogger("bagit").setLevel(logging.CRITICAL)  # what it logs is in its exception too
    try:
        bagit.Bag(str(path)).validate()
    except (bagit.BagError, OSError) as error:
        raise EvidenceInvalid(f"{path}: bagit says: {error}") from error
