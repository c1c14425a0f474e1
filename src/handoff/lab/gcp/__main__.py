"""Starts the stand-in: `python -m handoff.lab.gcp --port Q --folder DATA --lags FILE --gcs URL --url http://127.0.0.1:Q`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import httpx
import uvicorn

from handoff.lab.gcp.app import build
from handoff.lab.gcp.state import State

_KIND = "gcp.project_iam_binding"


def main() -> None:
    """Serve until the process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m handoff.lab.gcp", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the state is kept")
    parser.add_argument("--lags", type=Path, required=True, help="the lab's lags.json")
    parser.add_argument("--gcs", required=True, help="base URL of gcp-storage-emulator")
    parser.add_argument("--url", help="base URL under which this server is reached")
    arguments = parser.parse_args()
    try:
        lags = json.loads(arguments.lags.read_text(encoding="utf-8"))["kinds"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"--lags {arguments.lags} cannot be read: {type(error).__name__}: {error}")
    state = State(folder=arguments.folder, binding_lag_s=float(lags.get(_KIND, 0)))
    state.load()
    state.save()
    base_url = (arguments.url or f"http://127.0.0.1:{arguments.port}").rstrip("/")
    # trust_env off: a proxy variable of the machine must not come between two servers on loopback.
    objects = httpx.AsyncClient(base_url=arguments.gcs.rstrip("/"), trust_env=False, timeout=60)
    uvicorn.run(build(state, base_url, objects), host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
