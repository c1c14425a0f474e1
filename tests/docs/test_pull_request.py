"""The walk-through of a pull request does and prints what the page says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handoff.lab.engine import find

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import RunningLab
from tests.docs import walkthrough

pytestmark = pytest.mark.slow


def test_the_page_says_what_the_commands_print(tmp_path: Path) -> None:
    text = walkthrough.PAGE.read_text(encoding="utf-8")
    found = walkthrough.steps(text)
    printed = list(walkthrough.run(found, tmp_path))
    assert len(found) == text.count(walkthrough.MARK) == 6
    for step, now in zip(found, printed, strict=True):
        assert step.printed is not None, step.commands
        assert walkthrough.plain(step.printed) == walkthrough.plain(now), "run: .venv/bin/python -m tests.docs.walkthrough"
    before, waived, broken, comment, decided, after = printed
    assert ["exit code 9" in one for one in (before, waived, broken, decided, after)] == [True, False, True, False, True]
    assert all(name in comment for name in ("aws-kms-rotation", "residency-aws-region", "aws-cloudtrail-trail"))
    assert "residency-aws-region" in decided
    assert "aws-kms-rotation" not in decided
    assert "expired on" in after


def test_an_output_that_differs_would_be_seen() -> None:
    said = "1 violations until 2027-01-02, 30 days left, 64 pass"
    assert walkthrough.plain(said) == walkthrough.plain("1 violations until 2026-12-31, 7 days left, 70 pass")
    assert walkthrough.plain(said) != walkthrough.plain("2 violations until 2027-01-02, 30 days left, 64 pass")
    page = f"{walkthrough.MARK}\n```sh\none\n```\n\n```text\n{said}\n```\n\nmore\n"
    assert walkthrough.rewritten(page, iter([f"{said}\n"])) == page
    assert "3 violations" in walkthrough.rewritten(page, iter(["3 violations\n"]))


@pytest.mark.skipif(find.find() is None, reason="no engine on this machine yet: `handoff lab up` makes one")
def test_the_real_engine_previews_the_same(lab: RunningLab, tmp_path: Path) -> None:
    """What the mocks play is what the engine gives: the same resources with the same verdicts."""
    here = walkthrough.project(tmp_path)
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    env = lab.process_env(PULUMI_STACK="walk", PULUMI_BACKEND_URL=f"file://{tmp_path}", PYTHONPATH=os.pathsep.join([str(walkthrough.ROOT / "src")]))
    (here / "Pulumi.walk.yaml").write_text((here / "Pulumi.shop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for command in (["pulumi", "stack", "init", "walk"], ["pulumi", "preview", "--json", "--show-sames"]):
        done = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, check=False, timeout=walkthrough.LIMIT_S)
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    (here / "engine.json").write_text(done.stdout, encoding="utf-8")
    played = subprocess.run([str(tmp_path / "bin" / "pulumi"), "preview", "--json", "--show-sames"], cwd=here, capture_output=True, text=True, check=True,
                            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(walkthrough.ROOT / "src"), str(walkthrough.ROOT)])})  # fmt: skip
    (here / "mocks.json").write_text(played.stdout, encoding="utf-8")
    assert verdicts(here, "engine.json") == verdicts(here, "mocks.json")


def verdicts(here: Path, file: str) -> set[tuple[str, str, str]]:
    """Control, resource and verdict of every result."""
    command = [sys.executable, "-m", "handoff", "policy", "check", "engagement.yaml", "--preview", file, "--json", "--all"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, timeout=walkthrough.LIMIT_S)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    found = {(row["control"], "::".join(row["urn"].split("::")[2:]), row["verdict"]) for row in rows if row["type"] == "result"}
    assert len(found) > 30, done.stderr
    return found
