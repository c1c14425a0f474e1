"""The first Google identities: each can do what it is for, and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import google.auth.transport.requests
import httpx
import pytest
from google.oauth2 import service_account

from handoff.lab import identities
from handoff.lab.bootstrap.gcp import BOOTSTRAP
from handoff.logins import load

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from handoff.lab.service import LabPlan

    class Lab(Protocol):
        plan: LabPlan


CLIENT = f"/v1/projects/{identities.CLIENT_GCP_ADMIN_PROJECT}/serviceAccounts"
PROVIDER = f"/v1/projects/{identities.PROVIDER_GCP_PROJECT}/serviceAccounts"


def _file(lab: Lab, name: str) -> Path:
    return lab.plan.folder / "credentials" / f"{name}.gcp.json"


def _status(lab: Lab, name: str, verb: str, path: str, body: object = None) -> int:
    credentials = service_account.Credentials.from_service_account_file(str(_file(lab, name)), scopes=["https://www.googleapis.com/auth/cloud-platform"])
    credentials.refresh(google.auth.transport.requests.Request())
    headers = {"Authorization": f"Bearer {credentials.token}"}
    return httpx.request(verb, lab.plan.url("gcp") + path, json=body, headers=headers, trust_env=False, timeout=30).status_code


@pytest.mark.parametrize(
    ("name", "client", "change", "provider"),
    [
        (identities.ADMIN, 200, 400, 403),
        (identities.SECOND_ADMIN, 200, 400, 403),
        (identities.BREAK_GLASS, 200, 400, 403),
        (identities.AUDITOR, 200, 403, 403),
        (identities.PROVIDER_OPERATOR, 403, 403, 200),
    ],
)
def test_each_reaches_its_own_side_only(lab: Lab, name: str, client: int, change: int, provider: int) -> None:
    # 400: the permission is there, and the request is wrong on purpose, so that nothing is left behind.
    assert _status(lab, name, "GET", CLIENT) == client
    assert _status(lab, name, "POST", CLIENT, {"accountId": "x"}) == change
    assert _status(lab, name, "GET", PROVIDER) == provider


def test_logins_are_written_and_a_second_run_keeps_the_keys(lab: Lab) -> None:
    before = {name: _file(lab, name).read_text() for name in (identities.ADMIN, identities.PROVIDER_OPERATOR)}
    BOOTSTRAP.run(lab.plan)
    assert {name: _file(lab, name).read_text() for name in before} == before
    assert _file(lab, identities.ADMIN).stat().st_mode & 0o077 == 0
    logins = {login.name: login for login in load(lab.plan.folder / "logins.json") if login.cloud == "gcp"}
    assert set(logins) == {identities.ADMIN, identities.SECOND_ADMIN, identities.BREAK_GLASS, identities.AUDITOR, identities.PROVIDER_OPERATOR}
    assert logins[identities.ADMIN].form == "gcp-key"


def test_a_lost_key_file_is_made_anew(lab: Lab) -> None:
    file = _file(lab, identities.AUDITOR)
    old = json.loads(file.read_text())["private_key_id"]
    file.unlink()
    BOOTSTRAP.run(lab.plan)
    assert json.loads(file.read_text())["private_key_id"] != old
    assert _status(lab, identities.AUDITOR, "GET", CLIENT) == 200
