"""Programs and policy packs run by the engine that the lab uses, through our language host when that engine was built."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from handoff.lab import environment, state
from handoff.lab.engine import install
from handoff.lab.engine.find import Engine
from handoff.lab.progress import Silent
from handoff.lab.service import LabPlan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> Engine:
    return install.ensure(Silent())


@pytest.fixture
def shell(engine: Engine, tmp_path: Path) -> Mapping[str, str]:
    """The variables of a lab without clouds: engine, host and backend only."""
    plan = LabPlan(folder=tmp_path / "lab", ports={})
    state.prepare(plan.folder)
    (plan.folder / "pulumi" / "state").mkdir(parents=True)
    return {**os.environ, **environment.of_lab(plan, engine)}


def project(folder: Path, program: str) -> Path:
    """A project whose program lies in a folder of its own, as ours does."""
    (folder / "code").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: trial\nruntime: python\nmain: code/\n", encoding="utf-8")
    (folder / "code" / "__main__.py").write_text(textwrap.dedent(program), encoding="utf-8")
    return folder


def pulumi(shell: Mapping[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["pulumi", *arguments, "--non-interactive"], cwd=folder, env=shell, capture_output=True, text=True, check=False, timeout=120)


def test_program_sees_config_secrets_and_its_own_python(shell: Mapping[str, str], tmp_path: Path) -> None:
    folder = project(
        tmp_path / "p",
        """
        import sys, pulumi
        config = pulumi.Config()
        pulumi.export("plain", config.require("plain"))
        pulumi.export("hidden", config.require_secret("hidden"))
        pulumi.export("python", sys.executable)
        pulumi.export("stack", pulumi.get_stack())
        """,
    )
    assert pulumi(shell, folder, "stack", "init", "dev").returncode == 0
    assert pulumi(shell, folder, "config", "set", "plain", "seen").returncode == 0
    assert pulumi(shell, folder, "config", "set", "--secret", "hidden", "not to be seen").returncode == 0
    done = pulumi(shell, folder, "up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    outputs = json.loads(pulumi(shell, folder, "stack", "output", "--json").stdout)
    assert outputs == {"plain": "seen", "hidden": "[secret]", "python": sys.executable, "stack": "dev"}


def test_failing_program_is_told_once_and_fails_the_update(shell: Mapping[str, str], tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "raise ValueError('this is the reason')\n")
    assert pulumi(shell, folder, "stack", "init", "dev").returncode == 0
    done = pulumi(shell, folder, "up", "--yes", "--skip-preview")
    assert done.returncode != 0
    assert (done.stdout + done.stderr).count("ValueError: this is the reason") == 1


def test_policy_pack_blocks_what_it_forbids_and_nothing_else(shell: Mapping[str, str], tmp_path: Path) -> None:
    folder = project(
        tmp_path / "p",
        """
        import pulumi
        class Thing(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("trial:index:Thing", name)
                self.register_outputs({})
        Thing(pulumi.Config().require("name"))
        """,
    )
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\nname: trial\nversion: 0.0.1\n", encoding="utf-8")
    (pack / "__main__.py").write_text(
        textwrap.dedent(
            """
            from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
            def judge(args, report):
                if args.name == "bad":
                    report("bad is forbidden here")
            PolicyPack("trial", enforcement_level=EnforcementLevel.MANDATORY,
                       policies=[ResourceValidationPolicy(name="no-bad", description="nothing called bad", validate=judge)])
            """
        ),
        encoding="utf-8",
    )
    assert pulumi(shell, folder, "stack", "init", "dev").returncode == 0
    pulumi(shell, folder, "config", "set", "name", "good")
    good = pulumi(shell, folder, "preview", "--policy-pack", str(pack))
    assert good.returncode == 0, good.stdout + good.stderr
    pulumi(shell, folder, "config", "set", "name", "bad")
    bad = pulumi(shell, folder, "preview", "--policy-pack", str(pack))
    assert bad.returncode != 0
    assert "bad is forbidden here" in bad.stdout + bad.stderr


def test_interrupted_update_ends_the_program_without_a_traceback_of_ours(shell: Mapping[str, str], tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    folder = project(
        tmp_path / "p",
        f"""
        import os, pathlib, time
        pathlib.Path({str(marker)!r}).write_text(str(os.getpid()))
        time.sleep(300)
        """,
    )
    assert pulumi(shell, folder, "stack", "init", "dev").returncode == 0
    update = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=folder,
        env=shell,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    program = int(marker.read_text(encoding="utf-8"))
    os.killpg(update.pid, signal.SIGINT)  # as a terminal does: the whole foreground group
    output, _ = update.communicate(timeout=60)
    assert update.returncode != 0
    assert "language_host" not in output
    deadline = time.monotonic() + 10
    while Path(f"/proc/{program}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{program}").exists()


def test_about_names_the_python_and_its_distributions(shell: Mapping[str, str], tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "")
    about = pulumi(shell, folder, "about", "--json")
    assert about.returncode == 0, about.stderr
    body = json.loads(about.stdout)
    assert body["runtime"]["executable"] == sys.executable
    assert "pulumi" in {entry["name"] for entry in body["dependencies"]}


def test_missing_virtual_environment_is_said_plainly(shell: Mapping[str, str], tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "import pulumi\n")
    settings = folder / "Pulumi.yaml"
    assert pulumi(shell, folder, "stack", "init", "dev").returncode == 0
    assert pulumi(shell, folder, "preview").returncode == 0
    settings.write_text("name: trial\nmain: code/\nruntime: {name: python, options: {virtualenv: gone}}\n", encoding="utf-8")
    done = pulumi(shell, folder, "preview")
    assert done.returncode != 0
    assert "gone/bin/python cannot be started" in done.stdout + done.stderr
