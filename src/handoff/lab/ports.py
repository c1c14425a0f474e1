"""Free ports for the lab, all chosen before the first process starts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack

from handoff.errors import MachineError

_HOST = "127.0.0.1"


def choose(names: Iterable[str]) -> Mapping[str, int]:
    """One free port per name; `HANDOFF_LAB_PORT_<NAME>` fixes one (`HANDOFF_LAB_PORT_PROVIDERS_AZURE_NATIVE`).

    Raises:
        MachineError: a fixed port is in use, given twice, or not a port.

    """
    found: dict[str, int] = {}
    with ExitStack() as held:  # all are held until all are known, so none is given out twice
        for name in names:
            listener = held.enter_context(socket.socket())
            fixed = _fixed(name)
            try:
                listener.bind((_HOST, fixed))
            except OSError as error:
                raise MachineError(f"port {fixed} ({variable(name)}) cannot be used: {error.strerror}", hint=f"Free it, or unset {variable(name)}.") from error
            found[name] = listener.getsockname()[1]
    return found


def variable(name: str) -> str:
    """The variable that fixes a service's port."""
    return "HANDOFF_LAB_PORT_" + name.upper().replace(".", "_").replace("-", "_")


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what lingers of closed connections does not matter
        try:
            listener.bind((_HOST, port))
        except OSError:
            return False
        return True


def _fixed(name: str) -> int:
    text = os.environ.get(variable(name), "")
    if not text:
        return 0
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise MachineError(f"{variable(name)}={text} is not a port", hint="Give a number from 1 to 65535, or unset it.")
    return int(text)
