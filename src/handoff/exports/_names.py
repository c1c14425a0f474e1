"""From object keys to file paths: safe on every file system, reversible through the bag's list of objects, never outside the bag.

RFC 8493 asks for `%` in file names to be percent-encoded once more in manifests, and the reference implementation (bagit 1.9.0) does
not do so; names made here hold no `%`, CR or LF at all, so that both read the same. What cannot stand in a file name is written as
`^` and two hexadecimal digits per UTF-8 byte instead.
source: https://www.rfc-editor.org/rfc/rfc8493#section-2.1.3 (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import unicodedata

_UNSAFE = frozenset('^%\\:*?"<>|')
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})
"""Names that Windows keeps for devices, with any extension. source: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file (read 2026-11-22)"""
_PART_BYTES = 200
_PATH_BYTES = 1500


class Names:
    """Gives every key of one store its own path. Keys that differ only in case or Unicode form, or where one is a folder of the other, get apart."""

    def __init__(self) -> None:
        self._files: set[bytes] = set()
        self._folders: set[bytes] = set()

    def path(self, key: str) -> str:
        """The path of a key below `data/`, with `/` between its parts; the same keys in the same order give the same paths."""
        parts = [_part(part) for part in key.split("/")]
        if len("/".join(parts).encode()) > _PATH_BYTES:
            parts = ["^long", _digest(key, 32)]
        for number in range(1, len(parts)):
            while _fold(parts[:number]) in self._files:
                parts[number - 1] += "^d"
        if _fold(parts) in self._files or _fold(parts) in self._folders:
            parts[-1] += f"^-{_digest(key, 8)}"
        self._files.add(_fold(parts))
        self._folders.update(_fold(parts[:number]) for number in range(1, len(parts)))
        return "/".join(parts)


def folder_name(*parts: str) -> str:
    """One folder name out of several words, such as cloud and store."""
    return "-".join(_part(part.replace("/", ".")) for part in parts)


def _part(text: str) -> str:
    plain = unicodedata.normalize("NFC", text) == text
    last = len(text) - 1
    shown = "".join(
        char if _safe(char, plain=plain) and not (char == " " and at in {0, last}) and not (char == "." and at == last) else _escape(char)
        for at, char in enumerate(text)
    )
    if not shown or shown.split(".")[0].rstrip(" ").lower() in _RESERVED:
        shown = f"^{shown}"
    if len(shown.encode()) > _PART_BYTES:
        shown = f"{shown.encode()[:120].decode('utf-8', 'ignore')}^-{_digest(text, 32)}"
    return shown


def _safe(char: str, *, plain: bool) -> bool:
    return char.isprintable() and char not in _UNSAFE and (plain or char.isascii())


def _escape(char: str) -> str:
    return "".join(f"^{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _fold(parts: list[str]) -> bytes:
    """Equal for paths that some file system takes for the same; 16 bytes, so that millions of keys fit into memory."""
    return hashlib.blake2b(unicodedata.normalize("NFKC", "/".join(parts).casefold()).encode(), digest_size=16).digest()


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
