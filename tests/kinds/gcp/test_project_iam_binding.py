from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from handoff.errors import AccessDenied, CloudError
from handoff.kinds.gcp.project_iam_binding import KIND
from handoff.model import AccessPath, Clue, Json, Outcome, Receipt, Scope, Verb, Verdict, Writer
from tests.kinds.gcp._project import Project, lab

SET = "cloudresourcemanager.projects.setIamPolicy"
UNTIL = {"title": "until", "expression": 'request.time < timestamp("2031-01-01T00:00:00Z")'}


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        project = Project()
        bad, good = project.login("nimbus-ops", "roles/viewer"), project.login("acme-ops", "roles/viewer")
        return SimpleNamespace(
            scope=project.scope,
            login=None,
            path_id=f"{project.name}#roles/viewer#{bad.principal}",
            bystander_id=f"{project.name}#roles/viewer#{good.principal}",
            tried=project.tried(bad),
            bystander_tried=project.tried(good),
            denied=project.limited("denied-one", "resourcemanager.projects.get"),
        )


SEED = Seed()


def path_of(project: Project, member: str) -> AccessPath:
    return next(path for path in KIND.discover(project.writer) if path.holder == member)


def cut(writer: Writer, path: AccessPath) -> list[Receipt]:
    return list(KIND.do(writer, path, Verb.DISABLE, KIND.image(writer, path) or {}, datetime.now(UTC)))


def members(project: Project, role: str) -> set[str]:
    return {member for binding in project.policy()["bindings"] if binding["role"] == role for member in binding["members"]}


def awaits(project: Project, login: Any, wanted: Outcome, *, patience_s: float = 12.0) -> bool:
    ends = time.monotonic() + patience_s
    while project.works(login) != wanted:
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def test_one_path_for_each_member_role_and_condition(lab_env: Mapping[str, str]) -> None:
    project = Project()
    email = project.account("nimbus-ops")
    gone = project.account("gone-soon", "roles/viewer")
    agent = f"serviceAccount:service-{project.number}@gcp-sa-logging.iam.gserviceaccount.com"
    project.bind("roles/viewer", f"serviceAccount:{email}", "allUsers", "user:jo@nimbus.example", "group:ops@nimbus.example", agent)
    project.bind("roles/viewer", f"serviceAccount:{email}", condition=UNTIL)
    project.bind("roles/browser", f"serviceAccount:{email}", "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*")
    unique = str((project.writer.get("iam.projects.serviceAccounts.get", name=f"{project.name}/serviceAccounts/{gone}") or {})["uniqueId"])
    project.writer.write("iam.projects.serviceAccounts.delete", name=f"{project.name}/serviceAccounts/{gone}")
    found = list(KIND.discover(project.writer))
    assert len({path.id for path in found}) == len(found) == sum(len(binding["members"]) for binding in project.policy()["bindings"])
    assert all(path.clues[0] == (Clue.GCP_MEMBER, path.holder) for path in found)
    holders = {path.holder for path in found}
    assert {"allUsers", "user:jo@nimbus.example", "group:ops@nimbus.example", agent, f"deleted:serviceAccount:{gone}?uid={unique}"} <= holders
    mine = [path for path in found if path.holder == f"serviceAccount:{email}"]
    assert sorted(str(path.detail["role"]) for path in mine) == ["roles/browser", "roles/viewer", "roles/viewer"]
    conditional = [path for path in mine if path.detail["condition"]]
    assert len(conditional) == 1
    assert conditional[0].detail["condition"] == UNTIL
    assert UNTIL["expression"] in conditional[0].allows


def test_an_account_of_the_project_is_known_by_its_marks(lab_env: Mapping[str, str]) -> None:
    project = Project()
    theirs = f"serviceAccount:{project.account('operate-1', 'roles/viewer', description='handoff:party=provider')}"
    ours = f"serviceAccount:{project.account('backup-1', 'roles/viewer')}"
    assert path_of(project, theirs).clues == ((Clue.GCP_MEMBER, theirs), (Clue.TAG, "handoff:party=provider"))
    assert path_of(project, ours).clues == ((Clue.GCP_MEMBER, ours),)


def test_a_removed_binding_works_on_until_the_lag_is_over(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    assert project.works(login) == Outcome.WORKED
    path = path_of(project, login.principal)
    assert [receipt.applied for receipt in cut(project.writer, path)] == [True]
    assert KIND.probe(project.writer, path) is Verdict.GONE, "the policy says so at once"
    assert project.works(login) == Outcome.WORKED, "the stand-in delays, as Google does: a probe now would prove nothing"
    assert awaits(project, login, Outcome.REFUSED)


@pytest.mark.parametrize("condition", [None, UNTIL], ids=["plain", "conditional"])
def test_undo_gives_working_access_back(lab_env: Mapping[str, str], condition: dict[str, str] | None) -> None:
    project = Project()
    login = project.login("nimbus-ops")
    project.bind("roles/viewer", login.principal, condition=condition)
    before = project.policy()["bindings"]
    path = path_of(project, login.principal)
    image = KIND.image(project.writer, path)
    assert image is not None
    assert image["condition"] == condition
    cut(project.writer, path)
    assert awaits(project, login, Outcome.REFUSED)
    for _ in range(2):
        list(KIND.undo(project.writer, path, Verb.DISABLE, image))
    assert project.policy()["bindings"] == before
    assert KIND.image(project.writer, path) == image
    assert project.works(login) == Outcome.WORKED


def test_of_two_conditions_only_the_one_is_cut(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops")
    other = {"title": "other", "expression": 'request.time < timestamp("2032-01-01T00:00:00Z")'}
    for condition in (UNTIL, other, None):
        project.bind("roles/viewer", login.principal, condition=condition)
    path = next(one for one in KIND.discover(project.writer) if one.holder == login.principal and one.detail["condition"] == UNTIL)
    cut(project.writer, path)
    left = [one.detail["condition"] for one in KIND.discover(project.writer) if one.holder == login.principal]
    assert len(left) == 2
    assert other in left
    assert None in left


class Interfering:
    """A connection on which somebody else writes the policy between our read and our write, some times."""

    def __init__(self, project: Project, times: int) -> None:
        self._project, self._left = project, times
        self.written: list[str] = []

    @property
    def scope(self) -> Scope:
        return self._project.scope

    def read(self, op: str, /, **params: object) -> Any:
        return self._project.writer.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        return self._project.writer.get(op, **params)

    def write(self, op: str, /, **params: object) -> Receipt:
        if self._left:
            self._left -= 1
            member = f"user:somebody-{self._left}@acme.example"
            self._project.bind("roles/browser", member)
            self.written.append(member)
        return self._project.writer.write(op, **params)

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        return self.write(op, **params), {}


def test_who_writes_in_between_loses_nothing(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    path = path_of(project, login.principal)
    image = KIND.image(project.writer, path) or {}
    writer = Interfering(project, 2)
    assert [receipt.applied for receipt in cut(cast("Writer", writer), path)] == [True]
    assert len(writer.written) == 2
    assert members(project, "roles/browser") == set(writer.written)
    assert login.principal not in members(project, "roles/viewer")
    again = Interfering(project, 2)
    list(KIND.undo(cast("Writer", again), path, Verb.DISABLE, image))
    assert members(project, "roles/browser") == {*writer.written, *again.written}
    assert login.principal in members(project, "roles/viewer")


def test_a_stale_policy_is_refused_by_the_stand_in(lab_env: Mapping[str, str]) -> None:
    """The positive control of the test above: without the new read, the write would not go through."""
    project = Project()
    stale = project.policy()
    project.bind("roles/browser", "user:somebody@acme.example")
    with pytest.raises(CloudError, match="concurrent") as caught:
        project.writer.write(SET, resource=project.name, body={"policy": stale})
    assert caught.value.retriable
    project.writer.write(SET, resource=project.name, body={"policy": project.policy()})


def test_whoever_keeps_writing_wins_and_it_is_said(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    writer = Interfering(project, 50)
    with pytest.raises(CloudError, match="kept writing"):
        cut(cast("Writer", writer), path_of(project, login.principal))
    assert login.principal in members(project, "roles/viewer")
    assert set(writer.written) <= members(project, "roles/browser")


def test_a_write_that_may_not_be_made_is_not_repeated(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    reader = project.cloud.open(project.scope, project.limited("only-read", "resourcemanager.projects.getIamPolicy"))
    with pytest.raises(AccessDenied):
        cut(reader, path_of(project, login.principal))
    assert login.principal in members(project, "roles/viewer")


def test_a_failure_of_the_policy_is_no_empty_policy(lab_env: Mapping[str, str]) -> None:
    project = Project()
    login = project.login("nimbus-ops", "roles/viewer")
    path = path_of(project, login.principal)
    lab("faults", {"match": f"POST /v3/{project.name}:getIamPolicy", "status": 503, "times": 50})
    try:
        for ask in (lambda: list(KIND.discover(project.writer)), lambda: KIND.probe(project.writer, path)):
            with pytest.raises(CloudError):
                ask()
    finally:
        lab("faults", verb="DELETE")
    assert KIND.probe(project.writer, path) is Verdict.ALIVE
