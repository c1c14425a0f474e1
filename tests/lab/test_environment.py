"""A whole lab: what it exports works, and it is up quickly and small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from handoff.lab import environment, up
from handoff.lab.engine import install
from handoff.lab.progress import Silent

MIB = 2**20


@pytest.mark.slow
def test_every_process_is_well_and_the_whole_is_small(lab: Any) -> None:
    found = up.status(lab.plan.folder)
    assert {health.name for health in found} == set(environment.services())
    assert [health.name for health in found if not health.is_well] == []
    assert 100 * MIB < sum(health.memory_bytes for health in found) < 1024 * MIB


@pytest.mark.slow
def test_everything_listens_on_loopback_only(lab: Any) -> None:
    loopback = {"0100007F", "0000000000000000FFFF00000100007F"}  # 127.0.0.1, plain and mapped into IPv6
    sockets = {link.name for health in up.status(lab.plan.folder) for link in _open_sockets(health.pid)}
    listening = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]]
    ours = [entry[1].split(":") for entry in listening if entry[3] == "0A" and entry[9] in sockets]
    assert {int(port, 16) for _, port in ours} == set(lab.plan.ports.values()), "every port is one that was chosen, and every chosen one is used"
    assert {address for address, _ in ours} <= loopback


def _open_sockets(pid: int) -> Iterator[Path]:
    """Inodes of a process's sockets, as paths so that `.name` is the inode."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            target = entry.readlink().name
            if target.startswith("socket:["):
                yield Path(target.removeprefix("socket:[").removesuffix("]"))


@pytest.mark.slow
def test_exports_survive_a_shell_and_name_every_cloud(lab: Any) -> None:
    listing = "import json, os; print(json.dumps(dict(os.environ)))"
    answer = subprocess.run(
        ["/bin/sh", "-c", f'eval "$({sys.executable} -m handoff lab env)"; {sys.executable} -c "{listing}"'],
        env={**os.environ, "HANDOFF_LAB_DIR": str(lab.plan.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(answer.stdout)
    promised = [
        "AWS_ENDPOINT_URL",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_PROFILE",
        "AWS_REGION",
        "AZURE_AUTHORITY_HOST",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "HANDOFF_AZURE_ARM_URL",
        "HANDOFF_AZURE_GRAPH_URL",
        "HANDOFF_AZURE_BLOB_URL",
        "HANDOFF_AZURE_VAULT_URL",
        "HANDOFF_CA_FILE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "HANDOFF_GCP_URL",
        "HANDOFF_LAGS",
        "HANDOFF_LOGINS",
        "PULUMI_DEBUG_PROVIDERS",
        "PULUMI_BACKEND_URL",
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_HOME",
        "PULUMI_SKIP_UPDATE_CHECK",
        "HANDOFF_PYTHON",
    ]
    assert [name for name in promised if not seen.get(name)] == []
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "HANDOFF_LOGINS", "HANDOFF_LAGS", "HANDOFF_CA_FILE"):
        assert Path(seen[name]).is_file(), name


def test_shell_quotes_what_needs_it() -> None:
    text = environment.shell({"PLAIN": "a", "ODD": "it's $HOME; `id`"})
    answer = subprocess.run(["/bin/sh", "-c", text + 'printf %s "$ODD"'], capture_output=True, text=True, check=True)
    assert answer.stdout == "it's $HOME; `id`"


@pytest.mark.slow
def test_a_project_gets_its_stack_and_keeps_its_files(lab: Any, tmp_path: Path) -> None:
    install.ensure(Silent())
    (tmp_path / "Pulumi.yaml").write_text("name: shown\nruntime: python\n", encoding="utf-8")
    settings = tmp_path / "Pulumi.first.yaml"
    settings.write_text("config:\n  shown:x: y\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text("", encoding="utf-8")
    for _ in range(2):
        answer = lab.handoff("lab", "env", "--json", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        exports = json.loads(answer.stdout)["exports"]
        assert exports["PULUMI_STACK"] == "first"
    assert settings.read_text(encoding="utf-8") == "config:\n  shown:x: y\n"
    listed = subprocess.run(["pulumi", "stack", "ls", "--json"], cwd=tmp_path, env={**os.environ, **exports}, capture_output=True, text=True, check=True)
    assert [entry["name"] for entry in json.loads(listed.stdout)] == ["first"]
