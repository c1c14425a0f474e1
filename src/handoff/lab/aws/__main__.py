"""Starts the lab's AWS: `python -m handoff.lab.aws --state FILE`. ministack's own settings are environment variables."""

from __future__ import annotations

import argparse
from pathlib import Path

from handoff.lab.aws import catalogue, server


def main() -> None:
    """Serve until the process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m handoff.lab.aws", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="file in which the stand-ins' tables are kept")
    arguments = parser.parse_args()
    server.run(arguments.state, catalogue.found())


if __name__ == "__main__":
    main()
