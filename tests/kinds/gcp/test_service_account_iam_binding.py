from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.gcp.service_account_iam_binding import KIND
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.gcp._bound import ACT, FEDERATION, OIDC_ISSUER, Project, acting, ci, member

ACCOUNTS = "iam.projects.serviceAccounts"
NIMBUS = {"oidc": {"issuerUri": OIDC_ISSUER}, "attributeCondition": 'assertion.sub.startsWith("repo:nimbus/")'}


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        client, elsewhere = Project(), Project()
        target, bad, good = client.account(), elsewhere.account(), elsewhere.account()
        name = client.name(target)
        client.bind(ACCOUNTS, name, ACT, member(bad), member(good))
        return SimpleNamespace(
            scope=client.scope,
            login=None,
            path_id=f"{name}#{ACT}#{member(bad)}",
            bystander_id=f"{name}#{ACT}#{member(good)}",
            tried=acting(client, elsewhere.login(bad), target),
            bystander_tried=acting(client, elsewhere.login(good), target),
            denied=elsewhere.login(elsewhere.account()),
        )


SEED = Seed()


def found(project: Project) -> dict[str, AccessPath]:
    return {path.holder: path for path in KIND.discover(project.writer)}


def test_the_pools_issuer_decides_and_the_cut_ends_the_exchange(lab: Any, lab_env: Mapping[str, str]) -> None:
    client = Project()
    target, pool = client.account(), client.pool(NIMBUS)
    who = client.everybody_of(pool)
    client.bind(ACCOUNTS, client.name(target), FEDERATION, who)
    reading = (client.scope, ci(lab.plan.folder, client, pool, "repo:nimbus/ops:ref:main", target), f"{ACCOUNTS}.get", {"name": client.name(target)})
    client.bind(ACCOUNTS, client.name(target), "roles/iam.serviceAccountViewer", member(target))
    path = found(client)[who]
    assert path.clues == ((Clue.GCP_MEMBER, who), (Clue.OIDC, f"{OIDC_ISSUER} repo:nimbus/*"))
    assert client.awaits(KIND, reading, Outcome.WORKED) is Outcome.WORKED
    before = KIND.image(client.writer, path)
    assert before is not None
    list(KIND.do(client.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert client.awaits(KIND, reading, Outcome.REFUSED) is Outcome.REFUSED
    list(KIND.undo(client.writer, path, Verb.DISABLE, before))
    assert client.awaits(KIND, reading, Outcome.WORKED) is Outcome.WORKED


def test_what_is_known_of_each_member(lab_env: Mapping[str, str]) -> None:
    client = Project()
    target = client.account()
    named, empty = client.pool(NIMBUS, {"aws": {"accountId": "222222222222"}}, description="handoff:party=provider"), client.pool()
    base = f"iam.googleapis.com/projects/{client.number}/locations/global/workloadIdentityPools"
    one = f"principal://{base}/{named}/subject/repo:nimbus/ops:ref:main"
    clues: dict[str, set[tuple[Clue, str]]] = {
        one: {(Clue.TAG, "handoff:party=provider"), (Clue.OIDC, f"{OIDC_ISSUER} repo:nimbus/ops:ref:main"), (Clue.AWS_ACCOUNT, "222222222222")},
        f"principalSet://{base}/{empty}/*": {(Clue.GCP_PROJECT, client.id)},
        f"principalSet://{base}/pool-of-old/*": {(Clue.DELETED, "the workload identity pool pool-of-old is not there any more")},
        "principalSet://iam.googleapis.com/projects/222000222000/locations/global/workloadIdentityPools/p/*": {(Clue.GCP_PROJECT, "222000222000")},
        "principalSet://iam.googleapis.com/locations/global/workforcePools/people/*": set(),
        "serviceAccount:nimbus-ops.svc.id.goog[ops/agent]": {(Clue.GCP_PROJECT, "nimbus-ops")},
        f"serviceAccount:{client.number}-compute@developer.gserviceaccount.com": {(Clue.GCP_PROJECT, client.id)},
        "serviceAccount:nimbus-ops@appspot.gserviceaccount.com": {(Clue.GCP_PROJECT, "nimbus-ops")},
        "group:ops@nimbus.example": set(),
    }
    client.bind(ACCOUNTS, client.name(target), ACT, *clues)
    assert {holder: set(path.clues) - {(Clue.GCP_MEMBER, holder)} for holder, path in found(client).items()} == clues
    assert all((Clue.GCP_MEMBER, holder) in path.clues for holder, path in found(client).items())


def test_a_binding_of_an_account_that_is_deleted_is_gone_with_it(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    target, who = client.account(), member(elsewhere.account())
    client.bind(ACCOUNTS, client.name(target), ACT, who)
    path = found(client)[who]
    assert KIND.probe(client.writer, path) is Verdict.ALIVE
    client.writer.write(f"{ACCOUNTS}.delete", name=client.name(target))
    assert KIND.image(client.writer, path) is None
    assert KIND.probe(client.writer, path) is Verdict.GONE
    assert [receipt.applied for receipt in KIND.do(client.writer, path, Verb.DISABLE, {}, datetime.now(UTC))] == [False]


def test_a_holder_that_was_deleted_is_shown_so(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    target, who = client.account(), elsewhere.account()
    client.bind(ACCOUNTS, client.name(target), ACT, member(who))
    elsewhere.writer.write(f"{ACCOUNTS}.delete", name=elsewhere.name(who))
    (path,) = found(client).values()
    assert path.holder.startswith(f"deleted:{member(who)}?uid=")
    list(KIND.do(client.writer, path, Verb.DISABLE, {}, datetime.now(UTC)))
    assert found(client) == {}
