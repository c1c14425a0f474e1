"""Starts a pack for the engine: one process judges for every pack of a run.

An engine starts each pack as a process of its own and tells all of them its address. The first to come takes a lock under that address and
serves; each next one asks it, over a socket in a folder of this user's, for a port of its own, prints that, and waits until the engine ends it. So the spec is
read once, each resource is decoded once, and three packs take little more memory than one. A pack that cannot meet the others serves alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from handoff.controls.pack import PackServer

_PATIENCE_S = 10.0
_POLL_S = 0.02
_LINE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Where the packs of one engine run meet."""

    lock: Path
    socket: Path

    @classmethod
    def at(cls, engine: str) -> Meeting | None:
        """The place for an engine's address; None when this user has no folder that is only his."""
        folder = Path(tempfile.gettempdir()) / f"handoff-packs-{os.getuid()}"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError:
            return None
        if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
            return None
        # Two installations, or two versions of the code, must not judge for each other.
        code = f"{Path(__file__).stat().st_mtime_ns} {sys.executable} {Path(__file__)}"
        name = hashlib.sha256(f"{engine}\n{code}".encode()).hexdigest()[:24]
        return cls(lock=folder / f"{name}.lock", socket=folder / f"{name}.sock")


def serve(folder: Path) -> None:
    """Serve a pack until the engine ends this process: prints the port, as the engine expects, and never returns. For a pack's `__main__.py` only.

    The engine's runner has loaded the whole Pulumi SDK by now; a fresh interpreter that knows the pack's folder takes its place.
    """
    engine = sys.argv[1] if len(sys.argv) > 1 else ""
    os.execv(sys.executable, [sys.executable, "-u", "-m", "handoff.controls.serving", str(folder), engine])  # noqa: S606 - this interpreter, fixed words


def main(folder: Path, engine: str) -> None:
    """Serve, or let the pack that came first serve."""
    meeting = Meeting.at(engine) if engine else None
    if meeting is None:
        _serve(folder, None)
        return
    held = _lock(meeting.lock)
    if held is not None:
        with held:
            _serve(folder, meeting)
        return
    if not _join(folder, meeting):
        _serve(folder, None)


def _lock(path: Path) -> IO[bytes] | None:
    """The lock, held as long as the file is open; None when another process has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _join(folder: Path, meeting: Meeting) -> bool:
    """Have the first pack serve this one as well, print the port, and wait for the end. False when it does not answer."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(_PATIENCE_S)
                peer.connect(str(meeting.socket))
                peer.sendall(json.dumps({"folder": str(folder)}).encode() + b"\n")
                port = int(json.loads(peer.makefile("rb").readline(_LINE_BYTES))["port"])
                print(port, flush=True)
                # As little as can wait: it ends with the engine's signal, or with the process that serves for it.
                peer.settimeout(None)
                os.set_inheritable(peer.fileno(), True)
                os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", f"import os\nos.read({peer.fileno()}, 1)"])  # noqa: S606
        except (ConnectionError, FileNotFoundError, TimeoutError):
            time.sleep(_POLL_S)
        except (OSError, ValueError, KeyError):
            return False
    return False


def _serve(folder: Path, meeting: Meeting | None) -> None:
    from handoff.controls import pack

    server = pack.PackServer()
    if meeting is not None:
        meeting.socket.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(meeting.socket))
        listener.listen(16)
        server.wire.watch(listener, lambda: _welcome(listener, server))
    print(server.add(folder), flush=True)
    try:
        server.wire.run()
    except KeyboardInterrupt:
        return
    finally:
        if meeting is not None:
            meeting.socket.unlink(missing_ok=True)


def _welcome(listener: socket.socket, server: PackServer) -> None:
    """Serve one more pack; its process holds the connection open as long as it lives."""
    peer, _ = listener.accept()
    peer.settimeout(_PATIENCE_S)
    try:
        asked = json.loads(peer.makefile("rb").readline(_LINE_BYTES))
        port = server.add(Path(asked["folder"]))
        peer.sendall(json.dumps({"port": port}).encode() + b"\n")
    except (OSError, ValueError, KeyError, TypeError):
        peer.close()
        return
    server.wire.watch(peer, lambda: server.wire.forget(peer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
