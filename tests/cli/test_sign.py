from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff.cli._app import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_a_key_is_made_and_used(exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_told()
    bundle, key = str(tmp_path / "evidence"), str(tmp_path / "nimbus")
    assert run(["certify", exit_spec, "--out", bundle]) == 0
    assert run(["sign", "--new-key", key]) == 0
    told = capsys.readouterr().out
    assert "BEGIN" not in told
    assert run(["sign", bundle, "--key", key, "--party", "provider", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["fingerprint"] in told
    assert summary["verdict"] == "exit proven"
    assert (tmp_path / "evidence/keys/provider.pub").read_bytes() == (tmp_path / "nimbus.pub").read_bytes()
    assert run(["sign", f"{bundle}/certificate.dsse.json", "--key", key, "--party", "provider"]) == 0
    assert run(["sign", "--new-key", key]) == 2
    assert run(["sign", bundle, "--key", key, "--party", "client"]) == 2
    assert "its own" in capsys.readouterr().err


def test_wrong_calls_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["x"], ["x", "--key", "k"], ["x", "--key", "k", "--party", "auditor"], ["x", "--new-key", str(tmp_path / "k")]):
        assert run(["sign", *arguments]) == 2
        assert capsys.readouterr().err.startswith("handoff: ")
    assert run(["sign", "--new-key", str(tmp_path / "k")]) == 0
    assert run(["sign", str(tmp_path), "--key", str(tmp_path / "k"), "--party", "client"]) == 2
    assert "no certificate there" in capsys.readouterr().err


def test_a_changed_certificate_is_not_signed(exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_told()
    run(["certify", exit_spec, "--out", str(tmp_path / "evidence")])
    run(["sign", "--new-key", str(tmp_path / "k")])
    (tmp_path / "evidence/certificate.md").write_text("all is well")
    assert run(["sign", str(tmp_path / "evidence"), "--key", str(tmp_path / "k"), "--party", "client"]) == 5
    assert "certificate.md" in capsys.readouterr().err
    assert not (tmp_path / "evidence/keys").exists()
