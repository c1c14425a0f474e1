from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from handoff.cli._app import run
from handoff.model import Read, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARTIES = ("client", "provider")


@pytest.fixture
def bundle(exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def make(**changes: object) -> str:
        exit_told(**changes)
        run(["certify", exit_spec, "--out", str(tmp_path / "out/evidence")])
        for party in PARTIES:
            assert run(["sign", "--new-key", str(tmp_path / party)]) == 0
            assert run(["sign", str(tmp_path / "out/evidence"), "--key", str(tmp_path / party), "--party", party]) == 0
        capsys.readouterr()
        return str(tmp_path / "out/evidence")

    return make


def test_it_verifies_without_network_by_folder_parent_or_envelope(
    bundle: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle()

    class NoNetwork(socket.socket):
        def __init__(self, *_: object, **__: object) -> None:
            raise AssertionError("verify opened a socket")

    monkeypatch.setattr(socket, "socket", NoNetwork)
    with pytest.raises(AssertionError, match="opened a socket"):
        socket.create_connection(("127.0.0.1", 9))
    keys = [f"--key={party}={tmp_path / party}.pub" for party in PARTIES]
    for where in (path, str(tmp_path / "out"), f"{path}/certificate.dsse.json"):
        assert run(["verify", where, *keys]) == 0
    told = capsys.readouterr().out
    assert "Verifies. It says: exit proven (shown in a lab only: AWS" in told
    assert "note" not in told


def test_without_keys_it_says_what_that_does_not_show(bundle: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", bundle(), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines if line["type"] != "check"] == ["warning", "warning", "summary"]
    assert "not who signed" in lines[-2]["text"]
    assert (lines[-1]["valid"], lines[-1]["verdict"], lines[-1]["keys_given"], lines[-1]["exit_code"]) == (True, "exit proven", False, 0)


@pytest.mark.parametrize(("changes", "code"), [({"probe": Verdict.UNKNOWN}, 4), ({"read_after": Read.FAILED}, 3)])
def test_an_honest_certificate_of_an_open_exit_verifies_but_is_no_success(
    bundle: Callable[..., str], capsys: pytest.CaptureFixture[str], changes: dict[str, object], code: int
) -> None:
    assert run(["verify", bundle(**changes), "--json"]) == code
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["valid"] is True


@pytest.mark.parametrize("name", ["ledger.jsonl", "plan.json", "spec.yaml", "certificate.md", "statement.json", "keys/client.pub"])
def test_a_tampered_copy_is_refused_and_the_file_named(bundle: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = bundle()
    data = bytearray((tmp_path / "out/evidence" / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "out/evidence" / name).write_bytes(data)
    assert run(["verify", path, "--json"]) == 5
    told = capsys.readouterr()
    assert name in json.loads(told.err)["message"]
    summary = json.loads(told.out.splitlines()[-1])
    assert (summary["valid"], summary["verdict"], summary["exit_code"]) == (False, None, 5)


def test_the_wrong_persons_key_is_refused(bundle: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bundle()
    assert run(["verify", path, f"--key=client={tmp_path / 'client.pub'}"]) == 0
    assert run(["verify", path, f"--key=client={tmp_path / 'provider.pub'}"]) == 5
    assert "signature client" in capsys.readouterr().err


def test_wrong_calls_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], bundle: Callable[..., str]) -> None:
    path = bundle()
    for key in ("client", "auditor=x", "client=", f"client={tmp_path / 'missing'}", f"client={path}/plan.json"):
        assert run(["verify", path, "--key", key]) == 2
        assert capsys.readouterr().err.startswith("handoff: ")
    assert run(["verify", str(tmp_path / "nothing")]) == 2
