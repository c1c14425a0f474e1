"""`python -m handoff.lab.azure --port P --folder DATA --cert F --key F --lags FILE --azurite URL --url https://127.0.0.1:P`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from handoff.lab.azure.app import make
from handoff.lab.azure.backend import Backend
from handoff.lab.azure.world import World

KEY_VARIABLE = "LAB_AZURITE_KEY"


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m handoff.lab.azure", description="The lab's stand-in for Azure, on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the state is kept")
    parser.add_argument("--cert", type=Path, required=True, help="server certificate, PEM")
    parser.add_argument("--key", type=Path, required=True, help="its key, PEM")
    parser.add_argument("--lags", type=Path, help="lags.json")
    parser.add_argument("--azurite", help=f"base URL of azurite, whose account `lab` has the key in {KEY_VARIABLE}")
    parser.add_argument("--url", help="base URL under which clients reach this server")
    given = parser.parse_args()
    url = given.url or f"https://127.0.0.1:{given.port}"
    try:
        world = World.opened(given.folder, url=url, lags_file=given.lags)
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.exit(2, f"the state in {given.folder} or the waits in {given.lags} cannot be read: {error}; remove the folder to begin anew\n")
    backend = Backend(given.azurite, os.environ.get(KEY_VARIABLE))
    uvicorn.run(
        make(world, backend),
        host="127.0.0.1",
        port=given.port,
        ssl_certfile=str(given.cert),
        ssl_keyfile=str(given.key),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=600,  # a pooled connection closed under a client's request would look like an outage
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
