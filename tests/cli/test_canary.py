"""`handoff canary`: bad files of logins; tests/cli/test_prove.py follows a canary to its end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.runs._estate import AwsEstate


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env)


def test_files_that_cannot_be_used(estate: AwsEstate) -> None:
    given = estate.folder / "provider.json"
    for text, mode, told in (('{"logins": []}', 0o644, "others may read"), ("[]", 0o600, "not a file of logins"), ('{"logins": [{}]}', 0o600, "missing")):
        given.write_text(text, encoding="utf-8")
        given.chmod(mode)
        done = estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json")
        assert done.returncode == 2
        assert told in done.stderr
        assert not (estate.folder / "canaries.json").exists()
