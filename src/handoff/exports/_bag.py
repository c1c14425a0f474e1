"""Writes one store into a BagIt bag (RFC 8493), hashing each object while it streams past: it is read once and written once.

The bag grows in `NAME.partial` and takes its name only when it is whole, so a folder of that name is a finished bag. What was
finished before a crash or a full disk is kept and checked, not fetched again.
source: https://www.rfc-editor.org/rfc/rfc8493 (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff import canonical
from handoff.errors import CloudError, MachineError
from handoff.exports._names import Names

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from handoff.exports._contract import ObjectInfo

OBJECTS = "metadata/objects.jsonl"
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_PROGRESS = ".finished.jsonl"
_CHUNK_BYTES = 1 << 20

Open = Callable[["ObjectInfo"], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A finished bag."""

    path: Path
    objects: int
    size_bytes: int
    manifest: str
    """SHA-256 of `manifest-sha256.txt`, in hexadecimal."""
    tagmanifest: str
    """SHA-256 of `tagmanifest-sha256.txt`: stands for the whole bag."""


def write_bag(path: Path, items: Iterable[ObjectInfo], read: Open, *, info: Mapping[str, str], at: datetime) -> Bag:
    """Fetch every object and close the bag. Raises MachineError for a full disk or a name that is taken, CloudError for bytes that are not what was listed."""
    if path.exists():
        raise MachineError(f"{path} is there already", hint="Name another folder, or move the finished bag away.")
    partial = path.with_name(f"{path.name}.partial")
    try:
        (partial / "data").mkdir(parents=True, exist_ok=True)
        records = _fetch(partial, items, read)
        _drop_others(partial, records)
        bag = _close(partial, records, info, at)
        (partial / _PROGRESS).unlink()
        _sync(partial)
        partial.rename(path)
        _sync(path.parent)
    except OSError as error:
        where = f" at {error.filename}" if error.filename else ""
        raise MachineError(
            f"{path}: the bag could not be written: {error.strerror}{where}", hint=f"Make room and run the same command again: it goes on from {partial.name}."
        ) from error
    return Bag(path=path, objects=bag.objects, size_bytes=bag.size_bytes, manifest=bag.manifest, tagmanifest=bag.tagmanifest)


def _fetch(partial: Path, items: Iterable[ObjectInfo], read: Open) -> list[dict[str, object]]:
    finished = _finished(partial)
    names, records = Names(), []
    with (partial / _PROGRESS).open("ab") as progress:
        for item in items:
            wanted = listed(item) | {"path": f"data/{names.path(item.key)}"}
            known = finished.get(item.key)
            if known is None or known | wanted != known or not _intact(partial, known):
                known = wanted | _receive(partial / str(wanted["path"]), item, read(item))
                progress.write(canonical.encode(known) + b"\n")
                progress.flush()
            records.append(known)
    return sorted(records, key=lambda record: str(record["key"]))


def listed(item: ObjectInfo) -> dict[str, object]:
    """What the listing said of an object, as the bag keeps it."""
    return {
        "key": item.key,
        "size": item.size_bytes,
        "etag": item.etag,
        "version_id": item.version_id,
        "checksums": dict(item.checksums),
        "metadata": dict(item.metadata),
        "modified_at": None if item.modified_at is None else canonical.rfc3339(item.modified_at),
    }


def _receive(path: Path, item: ObjectInfo, chunks: Iterator[bytes]) -> dict[str, object]:
    """Write one object; what did not come whole does not stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return {"sha256": _copy(path, item, chunks)}
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _copy(path: Path, item: ObjectInfo, chunks: Iterator[bytes]) -> str:
    sha256, md5, size, promised = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0, item.checksums.get("md5", "")
    with path.open("wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
            sha256.update(chunk)
            if promised:
                md5.update(chunk)
            size += len(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if size != item.size_bytes:
        raise CloudError(f"{item.key!r}: {size} bytes came, {item.size_bytes} were listed")
    if promised and md5.hexdigest() != promised.lower():
        raise CloudError(f"{item.key!r}: its MD5 is {md5.hexdigest()}, the cloud's record says {promised}")
    return sha256.hexdigest()


def _finished(partial: Path) -> dict[str, dict[str, object]]:
    """What an earlier run finished; a torn last line is not finished."""
    try:
        lines = (partial / _PROGRESS).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return {}
    found: dict[str, dict[str, object]] = {}
    kept: list[bytes] = []
    for line in lines:
        try:
            record = json.loads(line)
            found[record["key"]] = record
            kept.append(line + b"\n")
        except (ValueError, KeyError, TypeError):
            continue
    (partial / _PROGRESS).write_bytes(b"".join(kept))
    return found


def _intact(partial: Path, record: Mapping[str, object]) -> bool:
    """True when the file of an earlier run is still what was received; read again, for a power cut may have eaten it."""
    path = partial / str(record["path"])
    return path.is_file() and not path.is_symlink() and file_sha256(path) == record.get("sha256")


def _drop_others(partial: Path, records: list[dict[str, object]]) -> None:
    """Objects that went away between two runs are not part of the bag."""
    wanted = {str(record["path"]) for record in records}
    for path in sorted((partial / "data").rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(partial).as_posix() not in wanted:
            path.unlink()


def _close(partial: Path, records: list[dict[str, object]], info: Mapping[str, str], at: datetime) -> Bag:
    shutil.rmtree(partial / "metadata", ignore_errors=True)
    (partial / "metadata").mkdir()
    size = sum(int(str(record["size"])) for record in records)
    lines = [f"{record['sha256']}  {record['path']}\n" for record in sorted(records, key=lambda record: str(record["path"]))]
    tags = {
        OBJECTS: b"".join(canonical.encode(record) + b"\n" for record in records),
        "manifest-sha256.txt": "".join(lines).encode(),
        "bag-info.txt": _info({**info, "Bagging-Date": at.date().isoformat(), "Payload-Oxum": f"{size}.{len(records)}"}),
        "bagit.txt": _DECLARATION,
    }
    tagmanifest = "".join(f"{canonical.sha256(data)}  {name}\n" for name, data in sorted(tags.items())).encode()
    for name, data in (tags | {"tagmanifest-sha256.txt": tagmanifest}).items():
        with (partial / name).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    return Bag(
        path=partial, objects=len(records), size_bytes=size, manifest=canonical.sha256(tags["manifest-sha256.txt"]), tagmanifest=canonical.sha256(tagmanifest)
    )


def _info(fields: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in sorted(fields.items())).encode()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
