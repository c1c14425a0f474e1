from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.gcp import service_account
from handoff.kinds.gcp.service_account_key import KIND
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.gcp._project import Project, lab


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        project = Project()
        bad, good = project.login("nimbus-ops", "roles/viewer"), project.login("acme-ops", "roles/viewer")
        return SimpleNamespace(
            scope=project.scope,
            login=None,
            path_id=bad.material["key_name"],
            bystander_id=good.material["key_name"],
            tried=project.tried(bad),
            bystander_tried=project.tried(good),
            denied=project.limited("denied-one", "iam.serviceAccounts.list", "resourcemanager.projects.get"),
        )


SEED = Seed()


def path_of(project: Project, key_name: object) -> AccessPath:
    return next(path for path in KIND.discover(project.writer) if path.id == key_name)


def cut(project: Project, path: AccessPath, verb: Verb = Verb.DISABLE) -> Any:
    before = KIND.image(project.writer, path)
    list(KIND.do(project.writer, path, verb, before or {}, datetime.now(UTC)))
    return before


def test_what_is_seen_of_a_holder(lab_env: Mapping[str, str]) -> None:
    project = Project()
    email = project.account("nimbus-ops", display="Desk <desk@nimbus.example>", description="handoff:party=provider")
    login = project.key(email)
    path = path_of(project, login.material["key_name"])
    assert path.holder == f"serviceAccount:{email}"
    assert set(path.clues) == {(Clue.PRINCIPAL, path.holder), (Clue.TAG, "handoff:party=provider"), (Clue.EMAIL, "desk@nimbus.example")}
    assert "PRIVATE KEY" not in str(path)


def test_every_key_but_googles_own_over_many_pages(lab_env: Mapping[str, str]) -> None:
    project = Project()
    made = {str(project.login(f"account-{number}").material["key_name"]) for number in range(3)}
    made.add(str(project.key(f"account-1@{project.id}.iam.gserviceaccount.com").material["key_name"]))
    project.account("without-keys")
    lab("settings", {"page_size": 1})
    try:
        assert {path.id for path in KIND.discover(project.writer)} == made
    finally:
        lab("settings", {"page_size": None})


def test_a_token_from_before_outlives_its_key_and_the_kind_says_so(lab_env: Mapping[str, str]) -> None:
    """Deleting keys is not enough: only the end of the account ends its tokens. That is why both kinds are there."""
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    path = path_of(project, login.material["key_name"])
    token = project.cloud.mint(project.scope, login, KIND.mints(path)[0])
    cut(project, path)
    cut(project, path, Verb.DELETE)
    assert project.works(login) == Outcome.REFUSED
    assert project.works(token) == Outcome.WORKED
    assert "live on" in KIND.blind
    assert KIND.lag.survives_s >= 3600
    account = service_account.KIND
    whole = next(one for one in account.discover(project.writer) if one.holder == login.principal)
    list(account.do(project.writer, whole, Verb.DISABLE, {"disabled": False}, datetime.now(UTC)))
    assert project.works(token) == Outcome.REFUSED
    assert KIND.id in account.after


def test_two_keys_of_one_account_do_not_see_each_other(lab_env: Mapping[str, str]) -> None:
    project = Project()
    first = project.login("nimbus-ops", "roles/viewer")
    second = project.key(f"nimbus-ops@{project.id}.iam.gserviceaccount.com")
    one, two = (path_of(project, login.material["key_name"]) for login in (first, second))
    image = KIND.image(project.writer, two)
    before = cut(project, one)
    assert project.works(first) == Outcome.REFUSED
    assert project.works(second) == Outcome.WORKED
    assert KIND.image(project.writer, two) == image
    assert (KIND.probe(project.writer, one), KIND.probe(project.writer, two)) == (Verdict.DISABLED, Verdict.ALIVE)
    list(KIND.undo(project.writer, one, Verb.DISABLE, before))
    assert project.works(first) == Outcome.WORKED


def test_one_that_was_disabled_before_stays_so(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    cut(project, path_of(project, login.material["key_name"]))
    path = path_of(project, login.material["key_name"])
    before = cut(project, path)
    assert list(KIND.undo(project.writer, path, Verb.DISABLE, before)) == []
    assert project.works(login) == Outcome.REFUSED


def test_an_account_that_is_gone_takes_the_key_along(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops")
    path = path_of(project, login.material["key_name"])
    assert KIND.probe(project.writer, path) is Verdict.ALIVE
    project.writer.write("iam.projects.serviceAccounts.delete", name=path.id.partition("/keys/")[0])
    assert KIND.image(project.writer, path) is None
    assert KIND.probe(project.writer, path) is Verdict.GONE
    assert [receipt.applied for receipt in KIND.do(project.writer, path, Verb.DELETE, {}, datetime.now(UTC))] == [False]
