"""The ready-made pipelines: valid by their vendors' schemas, pinned, and safe by a linter's eyes; and the linters do see what is wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / "templates" / "github" / "handoff-policy.yml"
GITLAB = ROOT / "templates" / "gitlab" / "handoff-policy.gitlab-ci.yml"
_PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
LEAST = {
    "judge": {"contents": "read", "id-token": "write"},
    "report": {"contents": "read", "actions": "read", "security-events": "write", "pull-requests": "write"},
}


def schema(name: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}", str(file)], capture_output=True, text=True, check=False
    )


def zizmor(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / ".github" / "workflows" / "policy.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    command = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert command, "zizmor is a development dependency"
    return subprocess.run([command, "--offline", "--pedantic", "--no-progress", str(file)], capture_output=True, text=True, check=False)


def workflow() -> Any:
    return yaml.safe_load(GITHUB.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "file"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)], ids=["github", "gitlab"])
def test_a_template_is_valid_by_its_vendors_schema(name: str, file: Path, tmp_path: Path) -> None:
    done = schema(name, file)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / file.name
    broken.write_text(file.read_text(encoding="utf-8").replace("timeout", "time-out"), encoding="utf-8")
    assert schema(name, broken).returncode != 0


def test_the_workflow_is_safe_by_the_linter(tmp_path: Path) -> None:
    done = zizmor(GITHUB.read_text(encoding="utf-8"), tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ('echo "code=$code"', 'echo "${{ github.event.pull_request.title }}"', "template-injection"),
        ("de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "v6", "unpinned-uses"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
    ],
    ids=["injection", "pin", "trigger", "permissions"],
)
def test_the_linter_would_see_it(good: str, bad: str, rule: str, tmp_path: Path) -> None:
    text = GITHUB.read_text(encoding="utf-8")
    assert good in text
    done = zizmor(text.replace(good, bad, 1), tmp_path)
    assert done.returncode != 0
    assert rule in done.stdout


def test_every_action_is_pinned_by_its_commit() -> None:
    used = re.findall(r"uses: (.*)", GITHUB.read_text(encoding="utf-8"))
    assert len(used) > 5
    assert [one for one in used if not _PINNED.fullmatch(one)] == []
    assert not _PINNED.fullmatch("actions/checkout@v6")


def test_each_job_may_do_no_more_than_it_must() -> None:
    found = workflow()
    assert found["permissions"] == {}
    assert {name: job["permissions"] for name, job in found["jobs"].items()} == LEAST


def test_only_the_job_that_runs_nothing_of_the_change_may_write() -> None:
    steps = workflow()["jobs"]["report"]["steps"]
    assert not [one for one in steps if "checkout" in one.get("uses", "")]
    assert yaml.safe_load(GITLAB.read_text(encoding="utf-8"))["handoff-policy-note"]["variables"]["GIT_STRATEGY"] == "none"


def test_no_expression_stands_in_a_shell_script() -> None:
    scripts = [step["run"] for job in workflow()["jobs"].values() for step in job["steps"] if "run" in step]
    assert len(scripts) >= 4
    assert [one for one in scripts if "${{" in one] == []


def scripts(file: Path) -> list[str]:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "jobs" in found:
        return [step["run"] for job in found["jobs"].values() for step in job["steps"] if "run" in step]
    lines = [job.get(part, []) for name, job in found.items() if name.startswith("handoff-policy") for part in ("before_script", "script")]
    return [line for each in lines for line in each]


@pytest.mark.parametrize("file", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_every_script_is_a_shells(file: Path) -> None:
    found = scripts(file)
    assert len(found) > 2
    for one in found:
        done = subprocess.run(["bash", "-n"], input=one, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), one
    assert subprocess.run(["bash", "-n"], input="if true; then", capture_output=True, text=True, check=False).returncode != 0


@pytest.mark.parametrize("file", [GITHUB, GITLAB], ids=["github", "gitlab"])
@pytest.mark.parametrize(("previewed", "judged", "ends"), [(0, 0, 0), (1, 9, 9), (0, 9, 9), (1, 0, 1), (255, 2, 2)])
def test_the_verdict_is_the_checks_and_a_failed_preview_is_no_pass(file: Path, previewed: int, judged: int, ends: int, tmp_path: Path) -> None:
    """The template's own script, with commands that only end as told."""
    (script,) = (one for one in scripts(file) if "pulumi preview" in one)
    commands = {tmp_path / "bin" / "pulumi": previewed, tmp_path / ".venv" / "bin" / "handoff": judged}
    for path, code in commands.items():
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        path.chmod(0o755)
    (tmp_path / "reports").mkdir()
    env = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "GITHUB_OUTPUT": str(tmp_path / "output"), "HANDOFF_STACK": "s", "HANDOFF_SPEC": "s.yaml"}
    done = subprocess.run(["bash", "-ec", script], cwd=tmp_path, env={**env, "STACK": "s", "SPEC": "s.yaml"}, capture_output=True, text=True, check=False)
    if file == GITHUB:
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "output").read_text(encoding="utf-8") == f"code={ends}\n"
    else:
        assert done.returncode == ends, done.stderr
