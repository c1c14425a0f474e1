"""The Python language host for an engine built from source: that build comes without one.

The engine starts it as `pulumi-language-python ... ENGINE_ADDRESS`, reads a port from its first line, and speaks the
`LanguageRuntime` service. It runs programs with the runner script of the engine's own release, and policy packs as plugins.
source: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/language.proto (read 2026-11-22)
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

import grpc
from google.protobuf import empty_pb2

from handoff import __version__
from handoff.controls import generated
from handoff.lab.engine import python_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from pulumi.runtime.proto import language_pb2 as messages
    from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2
else:
    messages, language_pb2_grpc, plugin_pb2 = map(generated.module, ("language_pb2", "language_pb2_grpc", "plugin_pb2"))

_ALREADY_TOLD = 32
"""Exit code of the runner when the program has shown its own error. source: the runner script of v3.259.0"""
_MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit for one message. source: sdk/go/common/util/rpcutil/serve.go of v3.259.0"""
_PARENT_POLL_S = 1.0


class Children:
    """The processes under way, so that leaving ends them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(self, command: Sequence[str], *, folder: str, environment: Mapping[str, str], piped: bool) -> subprocess.Popen[bytes]:
        """Start one; its output goes to ours unless piped."""
        pipe = subprocess.PIPE if piped else None
        process = subprocess.Popen(command, cwd=folder or None, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        with self._lock:
            self._running.add(process)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Its exit code, once it has ended."""
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        return code

    def end(self) -> None:
        """Ask every one of them to leave."""
        with self._lock:
            running = list(self._running)
        for process in running:
            process.terminate()


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine."""

    def __init__(self, *, engine: str, runner: str) -> None:
        self._engine = engine
        self._runner = runner
        self.children = Children()

    def Handshake(self, request: messages.LanguageHandshakeRequest, context: grpc.ServicerContext) -> messages.LanguageHandshakeResponse:
        """Nothing is negotiated."""
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Our own version."""
        return plugin_pb2.PluginInfo(version=__version__)

    def GetRequiredPackages(self, request: messages.GetRequiredPackagesRequest, context: grpc.ServicerContext) -> messages.GetRequiredPackagesResponse:
        """None up front: the engine asks for a plugin when a resource first needs it, and in the lab it attaches to running ones."""
        return messages.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: messages.GetRequiredPluginsRequest, context: grpc.ServicerContext) -> messages.GetRequiredPluginsResponse:
        """As above, for older engines."""
        return messages.GetRequiredPluginsResponse()

    def About(self, request: messages.AboutRequest, context: grpc.ServicerContext) -> messages.AboutResponse:
        """The Python in use."""
        python = python_environment.interpreter(request.info)
        return messages.AboutResponse(executable=python, version=python_environment.version(python))

    def GetProgramDependencies(self, request: messages.GetProgramDependenciesRequest, context: grpc.ServicerContext) -> messages.GetProgramDependenciesResponse:
        """Every distribution of that Python's environment."""
        found = python_environment.distributions(python_environment.interpreter(request.info))
        return messages.GetProgramDependenciesResponse(dependencies=[messages.DependencyInfo(name=name, version=version) for name, version in found])

    def InstallDependencies(
        self, request: messages.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.InstallDependenciesResponse]:
        """Install what the program lists, into the virtual environment that the project names; without one, say where programs run."""
        for line in python_environment.install(request.info, request.directory):
            yield messages.InstallDependenciesResponse(stdout=f"{line}\n".encode())

    def RuntimeOptionsPrompts(self, request: messages.RuntimeOptionsRequest, context: grpc.ServicerContext) -> messages.RuntimeOptionsResponse:
        """No options to ask for."""
        return messages.RuntimeOptionsResponse()

    def Run(self, request: messages.RunRequest, context: grpc.ServicerContext) -> messages.RunResponse:
        """Run a program to its end."""
        command = [python_environment.interpreter(request.info), "-u", self._runner, *self._run_arguments(request)]
        config = {"PULUMI_CONFIG": json.dumps(dict(request.config)), "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys))}
        try:
            process = self.children.start(command, folder=request.info.program_directory, environment={**os.environ, **config}, piped=False)
        except OSError as error:
            return messages.RunResponse(error=_not_started(command[0], error))
        context.add_callback(process.terminate)
        code = self.children.wait(process)
        if code == 0:
            return messages.RunResponse()
        if code == _ALREADY_TOLD:
            return messages.RunResponse(bail=True)
        return messages.RunResponse(error=f"the Python program left with exit code {code}")

    def RunPlugin(self, request: messages.RunPluginRequest, context: grpc.ServicerContext) -> Iterator[messages.RunPluginResponse]:
        """Run a policy pack, or another plugin written in Python, and stream what it says."""
        python = python_environment.interpreter(request.info)
        if request.kind == "analyzer":
            command = [python, "-u", "-m", "pulumi.policy", *request.args[:1], request.info.program_directory, *request.args[1:]]
        else:
            command = [python, "-u", request.info.program_directory, *request.args]
        extra = dict(entry.split("=", 1) for entry in request.env if "=" in entry)
        try:
            process = self.children.start(command, folder=request.pwd or request.info.program_directory, environment={**os.environ, **extra}, piped=True)
        except OSError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _not_started(python, error))
        context.add_callback(process.terminate)
        yield from _stream(process)
        yield messages.RunPluginResponse(exitcode=self.children.wait(process))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End what is under way."""
        self.children.end()
        return empty_pb2.Empty()

    def _run_arguments(self, request: messages.RunRequest) -> list[str]:
        named = {
            "--monitor": request.monitor_address,
            "--engine": self._engine,
            "--project": request.project,
            "--stack": request.stack,
            "--pwd": request.pwd,
            "--dry_run": "true" if request.dryRun else "false",
            "--parallel": str(request.parallel),
            "--organization": request.organization,
            "--root_directory": request.info.root_directory,
        }
        options = [part for name, value in named.items() if value for part in (name, value)]
        return [*options, request.info.entry_point or ".", *request.args]


def _not_started(python: str, error: OSError) -> str:
    return f"{python} cannot be started: {error.strerror}; `pulumi install` makes the virtual environment that Pulumi.yaml names"


def _stream(process: subprocess.Popen[bytes]) -> Iterator[messages.RunPluginResponse]:
    said: SimpleQueue[messages.RunPluginResponse | None] = SimpleQueue()

    def forward(stream: IO[bytes], wrap: Callable[[bytes], messages.RunPluginResponse]) -> None:
        for line in stream:
            said.put(wrap(line))
        said.put(None)

    readers: list[tuple[IO[bytes] | None, Callable[[bytes], messages.RunPluginResponse]]] = [
        (process.stdout, lambda line: messages.RunPluginResponse(stdout=line)),
        (process.stderr, lambda line: messages.RunPluginResponse(stderr=line)),
    ]
    piped = [(stream, wrap) for stream, wrap in readers if stream is not None]
    for stream, wrap in piped:
        threading.Thread(target=forward, args=(stream, wrap), daemon=True).start()
    for _ in piped:
        yield from iter(said.get, None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the engine has gone or asks to stop."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python")
    parser.add_argument("--runner", required=True)
    known, rest = parser.parse_known_args(arguments)
    engine = next((argument for argument in reversed(rest) if not argument.startswith("-")), "")
    host = Host(engine=engine, runner=known.runner)
    limits = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=limits)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def leave(_number: int, _frame: FrameType | None) -> None:
        host.children.end()
        os._exit(0)  # at once and without a word: anything printed here would land in the user's update

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    print(port, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_S)
    leave(signal.SIGTERM, None)


if __name__ == "__main__":
    main(sys.argv[1:])
