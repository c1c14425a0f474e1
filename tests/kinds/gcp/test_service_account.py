from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.kinds.gcp.service_account import KIND
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.gcp._project import Project, lab


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        project = Project()
        bad, good = project.login("nimbus-ops", "roles/viewer"), project.login("acme-ops", "roles/viewer")
        ids = {path.holder: path.id for path in KIND.discover(project.writer)}
        return SimpleNamespace(
            scope=project.scope,
            login=None,
            path_id=ids[bad.principal],
            bystander_id=ids[good.principal],
            tried=project.tried(bad),
            bystander_tried=project.tried(good),
            denied=project.limited("denied-one", "resourcemanager.projects.get"),
        )


SEED = Seed()


def path_of(project: Project, member: str) -> AccessPath:
    return next(path for path in KIND.discover(project.writer) if path.holder == member)


def cut(project: Project, path: AccessPath, verb: Verb = Verb.DISABLE) -> Any:
    before = KIND.image(project.writer, path)
    list(KIND.do(project.writer, path, verb, before or {}, datetime.now(UTC)))
    return before


@pytest.mark.parametrize(
    ("display", "description", "extra"),
    [
        ("", "", {(Clue.GCP_PROJECT, "here")}),
        ("Backup", "run handoff:party=provider env=prod", {(Clue.TAG, "handoff:party=provider"), (Clue.TAG, "env=prod"), (Clue.GCP_PROJECT, "here")}),
        ("Ask jo.doe+ops@nimbus.example", "", {(Clue.EMAIL, "jo.doe+ops@nimbus.example")}),
        (
            "<Jo@Nimbus.example>",
            "handoff:party=provider, desk@acme.example.",
            {(Clue.EMAIL, "jo@nimbus.example"), (Clue.EMAIL, "desk@acme.example"), (Clue.TAG, "handoff:party=provider")},
        ),
    ],
    ids=["nothing", "marks", "an-address", "both"],
)
def test_what_is_seen_of_a_holder(lab_env: Mapping[str, str], display: str, description: str, extra: set[tuple[Clue, str]]) -> None:
    project = Project()
    email = project.account("nimbus-ops", display=display, description=description)
    path = path_of(project, f"serviceAccount:{email}")
    wanted = {(clue, project.id if value == "here" else value) for clue, value in extra}
    assert set(path.clues) == {(Clue.PRINCIPAL, f"serviceAccount:{email}"), *wanted}


def test_every_account_over_many_pages(lab_env: Mapping[str, str]) -> None:
    project = Project()
    made = {f"serviceAccount:{project.account(f'account-{number:03}')}" for number in range(7)}
    lab("settings", {"page_size": 1})
    try:
        assert {path.holder for path in KIND.discover(project.writer)} == made
    finally:
        lab("settings", {"page_size": None})


def test_a_token_minted_before_the_cut_dies_with_the_account(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login, client = project.login("nimbus-ops", "roles/viewer"), project.login("acme-ops", "roles/viewer")
    token, theirs = (project.cloud.mint(project.scope, one, {"op": "token"}) for one in (login, client))
    assert project.works(token) == project.works(theirs) == Outcome.WORKED
    path = path_of(project, login.principal)
    before = cut(project, path)
    assert KIND.probe(project.writer, path) is Verdict.DISABLED
    assert project.works(token) == project.works(login) == Outcome.REFUSED
    assert project.works(theirs) == project.works(client) == Outcome.WORKED
    list(KIND.undo(project.writer, path, Verb.DISABLE, before))
    assert project.works(token) == project.works(login) == Outcome.WORKED


def test_one_made_anew_under_the_name_is_another_path(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    path = path_of(project, login.principal)
    before = cut(project, path)
    cut(project, path, Verb.DELETE)
    assert KIND.probe(project.writer, path) is Verdict.GONE
    project.account("nimbus-ops")
    anew = path_of(project, login.principal)
    assert anew.id != path.id
    assert KIND.image(project.writer, path) is None
    assert KIND.probe(project.writer, path) is Verdict.GONE
    assert [receipt.applied for receipt in KIND.do(project.writer, path, Verb.DISABLE, before, datetime.now(UTC))] == [False]
    assert [receipt.applied for receipt in KIND.do(project.writer, path, Verb.DELETE, before, datetime.now(UTC))] == [False]
    assert KIND.probe(project.writer, anew) is Verdict.ALIVE, "the new one was not touched"
    with pytest.raises(CloudError, match="not there"):
        list(KIND.undo(project.writer, path, Verb.DISABLE, before))


def test_one_that_was_disabled_before_stays_so(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    cut(project, path_of(project, login.principal))
    path = path_of(project, login.principal)
    assert path.detail["disabled"] is True
    before = cut(project, path)
    assert list(KIND.undo(project.writer, path, Verb.DISABLE, before)) == []
    assert project.works(login) == Outcome.REFUSED


def test_an_unclear_answer_is_not_gone(lab_env: Mapping[str, str]) -> None:
    project = Project()
    path = path_of(project, f"serviceAccount:{project.account('nimbus-ops')}")
    lab("faults", {"match": f"GET /v1/{project.name}/serviceAccounts/", "status": 500, "times": 50})
    try:
        with pytest.raises(CloudError):
            KIND.probe(project.writer, path)
    finally:
        lab("faults", verb="DELETE")
    assert KIND.probe(project.writer, path) is Verdict.ALIVE
