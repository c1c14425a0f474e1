"""The frame: what is unknown is said to be, listings page, faults come when ordered, state survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handoff.lab.gcp import discovery, schema
from handoff.lab.gcp.calls import HANDLERS, load_handlers

if TYPE_CHECKING:
    from conftest import Restartable, StandIn


@pytest.fixture(scope="module")
def project(standin: StandIn) -> str:
    name = standin.project("frame-place")
    for key in ("first-one", "second-one", "third-one"):
        standin.account(name, key)
    return name


def test_unknown_path_is_404_and_known_but_missing_method_501(plain: StandIn, project: str) -> None:
    root = plain.root()
    assert plain.call(root, "GET", f"/v1/{project}/inventedThings").status_code == 404
    missing = plain.call(root, "GET", f"/v1/{project}/locations/global/oauthClients")
    assert (missing.status_code, missing.json()["error"]["status"]) == (501, "UNIMPLEMENTED")
    assert plain.call(root, "GET", f"/v1/{project}/serviceAccounts").status_code == 200


def test_unknown_fields_are_refused_as_google_does(plain: StandIn, project: str) -> None:
    root = plain.root()
    wrong = plain.call(root, "POST", f"/v1/{project}/serviceAccounts", {"accountId": "fourth-one", "colour": "red"})
    assert (wrong.status_code, 'Unknown name "colour"' in wrong.json()["error"]["message"]) == (400, True)
    query = plain.call(root, "GET", f"/v1/{project}/serviceAccounts", params={"colour": "red"})
    assert (query.status_code, 'Unknown name "colour"' in query.json()["error"]["message"]) == (400, True)
    kind = plain.call(root, "POST", f"/v1/{project}/serviceAccounts", {"accountId": 4})
    assert kind.status_code == 400
    assert plain.call(root, "POST", f"/v1/{project}/serviceAccounts", {"accountId": "fourth-one"}).status_code == 200


def test_an_answer_outside_the_discovery_document_is_caught() -> None:
    load_handlers()
    (method,) = [method for method in discovery.methods() if method.key == ("iam.v1", "projects.serviceAccounts.get")]
    schema.response(method, {"email": "a@b"})
    with pytest.raises(schema.Mismatch, match="colour"):
        schema.response(method, {"email": "a@b", "colour": "red"})


def test_every_handler_is_a_method_of_a_discovery_document() -> None:
    known = {method.key for method in discovery.methods()}
    assert load_handlers() <= known
    assert len(HANDLERS) > 150


def test_listings_page(plain: StandIn, project: str) -> None:
    root = plain.root()
    whole = [item["email"] for item in plain.call(root, "GET", f"/v1/{project}/serviceAccounts").json()["accounts"]]
    assert len(whole) >= 3
    plain.lab("settings", {"page_size": 1})
    seen: list[str] = []
    token = ""
    while True:
        body = plain.call(root, "GET", f"/v1/{project}/serviceAccounts", params={"pageToken": token} if token else None).json()
        assert len(body["accounts"]) == 1
        seen += [item["email"] for item in body["accounts"]]
        token = body.get("nextPageToken", "")
        if not token:
            break
    assert seen == whole
    assert plain.call(root, "GET", f"/v1/{project}/serviceAccounts", params={"pageToken": "%%%"}).status_code == 400


@pytest.mark.parametrize("status", [403, 429, 500])
def test_faults_come_as_often_as_ordered(plain: StandIn, project: str, status: int) -> None:
    root = plain.root()
    plain.lab("faults", {"match": "GET /v1/projects/.*/serviceAccounts$", "status": status, "times": 2})
    found = [plain.call(root, "GET", f"/v1/{project}/serviceAccounts").status_code for _ in range(3)]
    assert found == [status, status, 200]


def test_state_survives_a_restart(restartable: Restartable) -> None:
    standin = restartable.up()
    project = standin.project("survivor-one")
    email = standin.account(project, "keeper-one")
    standin.bind(project, "roles/viewer", f"serviceAccount:{email}")
    info = standin.key(project, email)
    token = standin.token(info)
    restartable.down()
    restartable.up()
    assert standin.call(token, "GET", f"/v3/{project}").status_code == 200
    assert standin.call(standin.token(info), "GET", f"/v3/{project}").status_code == 200
