"""Files of credentials: private, resolved, and never half read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handoff import logins
from handoff.errors import UsageError
from handoff.model import Login, Party, Secret

ENTRY = {"name": "ops", "cloud": "aws", "party": "provider", "principal": "arn:x", "form": "aws-keys", "access_key_id": "AKIA1", "secret_access_key": "s3cr3t"}


def write(folder: Path, *entries: Any, mode: int = 0o600, text: str | None = None) -> Path:
    path = folder / "logins.json"
    path.write_text(json.dumps({"logins": list(entries)}) if text is None else text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_what_was_dumped_is_loaded_and_private(tmp_path: Path) -> None:
    login = Login(
        name="ops", cloud="aws", party=Party.PROVIDER, principal="arn:x", form="aws-keys", material={"access_key_id": "A", "secret_access_key": Secret("s")}
    )
    path = tmp_path / "out.json"
    logins.dump([login], path, beside={"canaries": []})
    logins.dump([login], path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert logins.load(path) == (login,)
    assert [one.name for one in tmp_path.iterdir()] == ["out.json"]


def test_secrets_are_secrets(tmp_path: Path) -> None:
    (login,) = logins.load(write(tmp_path, ENTRY))
    assert login.material["secret_access_key"] == Secret("s3cr3t")
    assert "s3cr3t" not in repr(login)
    assert login.material["access_key_id"] == "AKIA1"


def test_a_secret_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {key: value for key, value in ENTRY.items() if key != "secret_access_key"}
    kept = tmp_path / "secret"
    kept.write_text("from-file\n", encoding="utf-8")
    monkeypatch.setenv("OPS_SECRET", "from-env")
    by_env, by_file = logins.load(write(tmp_path, rest | {"secret_access_key_env": "OPS_SECRET"}, rest | {"secret_access_key_file": str(kept)}))
    assert by_env.material["secret_access_key"] == Secret("from-env")
    assert by_file.material["secret_access_key"] == Secret("from-file")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="others may read") as refused:
        logins.load(write(tmp_path, ENTRY, mode=mode))
    assert "chmod 600" in refused.value.hint


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": None}, r"logins\[0\]: name missing"),
        ({"party": "nobody"}, "not a party"),
        ({"secret_access_key_env": "NO_SUCH_VARIABLE_HERE"}, "NO_SUCH_VARIABLE_HERE is not set"),
        ({"secret_access_key_file": "/nonexistent/secret"}, "cannot be read"),
    ],
)
def test_a_faulty_entry_is_named(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        logins.load(write(tmp_path, ENTRY | change))
    assert "s3cr3t" not in refused.value.message


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"logins": {"a": 1}}', '{"logins": [1]}', '{"logins": null}', "\x00"])
def test_what_is_no_file_of_logins(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        logins.load(write(tmp_path, text=text))


def test_the_missing_secret_file_is_the_one_that_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="/nonexistent/secret"):
        logins.load(write(tmp_path, ENTRY | {"secret_access_key_file": "/nonexistent/secret"}))


def test_no_variable_no_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(logins.VARIABLE, raising=False)
    assert logins.from_environment() == ()
    monkeypatch.setenv(logins.VARIABLE, str(write(tmp_path, ENTRY)))
    assert [one.name for one in logins.from_environment()] == ["ops"]
