"""Every way a command can end has its exit code and one clear message."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import typer

from handoff import errors, registry
from handoff.cli import _app


def running(command: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command tree that has this one command beside a positive control."""
    monkeypatch.setattr(registry, "load", lambda _package, _constant: {"trial": command, "well": lambda: None})
    return _app.run(["trial", *arguments])


def raising(error: BaseException) -> Callable[[], None]:
    def command(as_json: bool = typer.Option(False, "--json")) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    "kind", [errors.UsageError, errors.CloudError, errors.PathsRemain, errors.EvidenceInvalid, errors.CredentialsRefused, errors.LockOut, errors.RunLocked]
)
def test_our_errors_carry_their_code_and_hint(kind: type[errors.HandoffError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert running(raising(kind("what happened")), monkeypatch) == kind.exit_code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"handoff: what happened\n  {kind.hint}\n"


def test_json_errors_are_one_object_on_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert running(raising(errors.SafetyLimit("too far", hint="turn back")), monkeypatch, "--json") == 7
    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err) == {"type": "error", "schema_version": 1, "error": "SafetyLimit", "message": "too far", "hint": "turn back", "exit_code": 7}


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "no space is left at /full"), (errno.EACCES, "permission denied at /full")])
def test_the_machines_limits_are_no_bugs(number: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert running(raising(OSError(number, os.strerror(number), "/full")), monkeypatch) == 2
    assert words in capsys.readouterr().err


def test_a_bug_says_so_and_shows_its_traceback_only_when_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("HANDOFF_DEBUG", raising=False)
    assert running(raising(KeyError("lost")), monkeypatch) == 1
    told = capsys.readouterr().err
    assert "this is a bug: KeyError: 'lost'" in told
    assert "Traceback" not in told
    monkeypatch.setenv("HANDOFF_DEBUG", "1")
    assert running(raising(KeyError("lost")), monkeypatch) == 1
    assert "Traceback" in capsys.readouterr().err


def test_interrupt_is_130_and_a_chosen_code_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert running(raising(KeyboardInterrupt()), monkeypatch) == 130
    assert "Interrupted." in capsys.readouterr().err
    assert running(raising(typer.Exit(3)), monkeypatch) == 3
    assert _app.run(["well"]) == 0


def test_wrong_usage_is_2_and_names_the_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert _app.run(["lab", "sideways"]) == 2
    assert "sideways" in capsys.readouterr().err
    assert _app.run(["lab", "status", "--json", "--sideways"]) == 2
    assert "sideways" in json.loads(capsys.readouterr().err)["message"]


def test_every_module_of_the_package_is_a_command_in_the_help() -> None:
    answer = subprocess.run([sys.executable, "-m", "handoff", "--help"], capture_output=True, text=True, check=True)
    names = {name.rsplit(".", 1)[1].replace("_", "-") for name in registry.modules("handoff.cli")}
    assert "lab" in names
    assert {
        line.split()[0] for line in answer.stdout.partition("Commands:")[2].splitlines() if line.strip() and line.startswith("  ") and line[2] != " "
    } == names


def test_help_imports_nothing_heavy() -> None:
    """The budget is 0.4 s; what breaks it is always an import, so that is what is looked at."""
    code = "import sys; from handoff.cli._app import build; build(); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    heavy = {"boto3", "botocore", "pulumi", "grpc", "googleapiclient", "azure.identity", "pydantic", "httpx", "cryptography", "rich.progress", "yaml"}
    assert "typer" in loaded
    assert loaded & heavy == set()
