"""`python -m handoff.lab.provider --folder DATA --lab LAB --port aws=P1 --port gcp=P2 ...`: one process, one gRPC port per package."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from handoff.errors import HandoffError, MachineError
from handoff.lab.provider import known
from handoff.lab.provider.server import Provider

THREADS = 16
_MESSAGE_BYTES = 400 * 1024 * 1024
_GRACE_S = 2.0


def start(package: str, port: int) -> grpc.Server:
    """A running server for one package on 127.0.0.1. Raises MachineError when the port cannot be had."""
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix=package),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES), ("grpc.so_reuseport", 0)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(known.package(package)), server)
    try:
        server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError as error:
        raise MachineError(
            f"port {port} for the {package} provider cannot be had: {error}", hint="Another process may hold it; run `handoff lab up` again."
        ) from error
    server.start()
    return server


def _port(text: str) -> tuple[str, int]:
    name, separator, number = text.partition("=")
    if name not in known.SETTINGS or not separator or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not PACKAGE=PORT with a package of {', '.join(known.SETTINGS)}")
    return name, int(number)


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is interrupted or terminated."""
    parser = argparse.ArgumentParser(prog="python -m handoff.lab.provider", description="Stand-in Pulumi providers of the lab.")
    parser.add_argument("--folder", type=Path, required=True, help="the service's own folder")
    parser.add_argument("--lab", type=Path, help="the lab's folder")
    parser.add_argument("--port", type=_port, action="append", required=True, metavar="PACKAGE=PORT")
    options = parser.parse_args(arguments)
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        servers = [start(package, port) for package, port in options.port]
    except HandoffError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"{options.folder}: {error.strerror}", file=sys.stderr)
        return MachineError.exit_code
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    print("serving " + ", ".join(f"{package} on {port}" for package, port in options.port), file=sys.stderr, flush=True)
    done.wait()
    for stopped in [server.stop(_GRACE_S) for server in servers]:
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
