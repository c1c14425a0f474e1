"""The Merkle tree hash of RFC 6962, section 2.1, over a stream of leaves, in memory that grows with the logarithm of their number.

source: https://www.rfc-editor.org/rfc/rfc6962#section-2.1 (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tree:
    """Takes leaves one by one; `root` may be asked for at any time."""

    __slots__ = ("_peaks",)

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []
        """Roots of the complete subtrees so far, largest first, each with its number of leaves."""

    def add(self, leaf: bytes) -> None:
        """Append one leaf's data."""
        size, digest = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == size:
            digest = _node(self._peaks.pop()[1], digest)
            size *= 2
        self._peaks.append((size, digest))

    def root(self) -> str:
        """The tree hash in hexadecimal; the hash of nothing for an empty tree."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        digest = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            digest = _node(left, digest)
        return digest.hex()


def root(leaves: Iterable[bytes]) -> str:
    """The tree hash of all leaves, in hexadecimal."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
