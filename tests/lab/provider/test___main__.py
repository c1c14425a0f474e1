from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from handoff.lab.provider.__main__ import main
from handoff.lab.provider.known import package


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
def test_serves_every_package_and_leaves_quietly(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("aws", "azure-native", "azuread", "gcp")}
    arguments = [part for name, port in ports.items() for part in ("--port", f"{name}={port}")]
    process = subprocess.Popen(
        [sys.executable, "-m", "handoff.lab.provider", "--folder", str(tmp_path / "data"), *arguments], stderr=subprocess.PIPE, text=True
    )
    try:
        for name, port in ports.items():
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                grpc.channel_ready_future(channel).result(30)
                assert provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty()).version == package(name).version
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_taken_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--folder", str(tmp_path), "--port", f"gcp={port}"]) == 2
    said = capsys.readouterr().err
    assert str(port) in said
    assert "gcp" in said


def test_bad_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--folder", str(tmp_path), "--port", "oracle=1"])
    assert caught.value.code == 2
    assert "oracle" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["--folder", str(tmp_path / "file" / "below"), "--port", "gcp=1"]) == 2
