from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.engine.attribute import Attributor
from handoff.kinds.gcp.workload_identity_provider import KIND
from handoff.lab.bootstrap.gcp import OIDC_ISSUER
from handoff.model import AccessPath, Clue, Outcome, Party, Scope, ScopeType, Verb, Verdict
from handoff.spec import load
from tests.kinds.gcp._project import ISSUER, POOLS, Project, lab

OURS, THEIRS = "assertion.sub.startsWith('repo:nimbus/')", "assertion.sub == 'repo:acme/site:ref:main'"
NIMBUS, ACME = "repo:nimbus/ops:ref:main", "repo:acme/site:ref:main"
SPEC = Path(__file__).parents[3] / "engagements" / "acme-health.yaml"


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        project = Project()
        pool = project.pool()
        bad, good = project.provider(pool, "nimbus-main", OURS), project.provider(pool, "acme-main", THEIRS)
        return SimpleNamespace(
            scope=project.scope,
            login=None,
            path_id=bad,
            bystander_id=good,
            tried=project.tried(project.workload(bad, NIMBUS)),
            bystander_tried=project.tried(project.workload(good, ACME)),
            denied=project.limited("denied-one", "iam.workloadIdentityPools.list", "resourcemanager.projects.get"),
        )


SEED = Seed()


def path_of(project: Project, provider: str) -> AccessPath:
    return next(path for path in KIND.discover(project.writer) if path.id == provider)


def cut(project: Project, path: AccessPath, verb: Verb = Verb.DISABLE) -> Any:
    before = KIND.image(project.writer, path)
    list(KIND.do(project.writer, path, verb, before or {}, datetime.now(UTC)))
    return before


def test_the_exchange_works_before_the_cut_and_is_refused_after(lab_env: Mapping[str, str]) -> None:
    project = Project()
    provider = project.provider(project.pool(), "nimbus-main", OURS)
    job, stranger = project.workload(provider, NIMBUS), project.workload(provider, ACME)
    assert project.works(job) == Outcome.WORKED
    assert project.works(stranger) == Outcome.REFUSED, "the condition itself keeps others out"
    path = path_of(project, provider)
    token = project.cloud.mint(project.scope, job, {"op": "token"})
    before = cut(project, path)
    tried = project.cloud.attempt(*project.tried(job))
    assert (tried.outcome, tried.op, tried.code.partition(":")[0]) == (Outcome.REFUSED, "token", "invalid_target")
    assert KIND.probe(project.writer, path) is Verdict.DISABLED
    assert project.works(token) == Outcome.WORKED, "a token from before lives on, as `blind` says"
    assert "live on" in KIND.blind
    list(KIND.undo(project.writer, path, Verb.DISABLE, before))
    assert project.works(job) == Outcome.WORKED


def test_a_deleted_provider_counts_as_gone_though_google_still_shows_it(lab_env: Mapping[str, str]) -> None:
    project = Project()
    provider = project.provider(project.pool(), "nimbus-main", OURS)
    job = project.workload(provider, NIMBUS)
    path = path_of(project, provider)
    before = cut(project, path, Verb.DELETE)
    shown = project.writer.get(f"{POOLS}.providers.get", name=provider)
    assert shown is not None
    assert shown["state"] == "DELETED"
    assert KIND.image(project.writer, path) is None
    assert KIND.probe(project.writer, path) is Verdict.GONE
    assert list(KIND.discover(project.writer)) == []
    assert project.works(job) == Outcome.REFUSED
    for _ in range(2):
        list(KIND.undo(project.writer, path, Verb.DELETE, before))
    assert KIND.probe(project.writer, path) is Verdict.ALIVE
    assert project.works(job) == Outcome.WORKED


def test_every_provider_of_every_pool_over_many_pages(lab_env: Mapping[str, str]) -> None:
    project = Project()
    made = {project.provider(pool, f"provider-{number}", OURS) for pool in (project.pool("pool-one"), project.pool("pool-two")) for number in range(3)}
    lab("settings", {"page_size": 1})
    try:
        assert {path.id for path in KIND.discover(project.writer)} == made
    finally:
        lab("settings", {"page_size": None})


@pytest.mark.parametrize(
    ("condition", "subject"),
    [
        ("assertion.sub == 'repo:nimbus/ops'", "repo:nimbus/ops"),
        ('assertion.sub == "repo:nimbus/ops"', "repo:nimbus/ops"),
        ("assertion.sub.startsWith('repo:nimbus/')", "repo:nimbus/*"),
        ("assertion.repository == 'x' && assertion.sub.startsWith('repo:nimbus/')", "repo:nimbus/*"),
        ("assertion.sub == 'a && b' && assertion.repository == 'x'", "a && b"),
        ("", "*"),
        ("assertion.repository == 'nimbus/ops'", "*"),
        ("assertion.sub == 'repo:nimbus/ops' || assertion.sub == 'repo:acme/x'", "*"),
        ("assertion.sub != 'repo:nimbus/ops'", "*"),
        ("!(assertion.sub == 'repo:nimbus/ops')", "*"),
        ("assertion.actor == \"assertion.sub == 'repo:nimbus/ops'\"", "*"),
    ],
)
def test_a_condition_narrows_the_holder_only_when_it_is_understood(lab_env: Mapping[str, str], condition: str, subject: str) -> None:
    project = Project()
    path = path_of(project, project.provider(project.pool(), "some-provider", condition))
    assert path.clues == ((Clue.OIDC, f"{ISSUER} {subject}"),)
    assert path.holder == f"{ISSUER} {subject}"
    assert path.detail["condition"] == condition


class Listing:
    """A reader with one pool and one provider as given: conditions and types that the stand-in itself would not take."""

    scope = Scope(type=ScopeType.GCP_PROJECT, id="acme-prod")

    def __init__(self, provider: Mapping[str, Any]) -> None:
        self._provider = provider

    def read(self, op: str, /, **params: object) -> Any:
        return iter([{"name": "projects/1/locations/global/workloadIdentityPools/p"} if op == f"{POOLS}.list" else self._provider])


def holder(**provider: Any) -> AccessPath:
    reader: Any = Listing({"name": "projects/1/locations/global/workloadIdentityPools/p/providers/x"} | provider)
    return next(iter(KIND.discover(reader)))


@pytest.mark.parametrize(
    "condition",
    [
        "assertion.sub == 'repo:nimbus/ops' ? true : true",
        "assertion.sub == 'repo:nimbus/ops' == false",
        "(assertion.sub == 'repo:nimbus/ops') == false",
        "has(assertion.x && assertion.sub == 'repo:nimbus/ops' && assertion.y)",
        "assertion.sub == 'repo:nimbus/o\\'ps'",
        "assertion.sub.matches('repo:nimbus/.*')",
        "assertion.sub == 'repo:nimbus/ops' && (true",
    ],
)
def test_what_the_stand_in_would_not_take_is_not_taken_for_the_providers(condition: str) -> None:
    attributor = Attributor(load(SPEC).engagement)
    path = holder(oidc={"issuerUri": OIDC_ISSUER}, attributeCondition=condition)
    assert path.holder == f"{OIDC_ISSUER} *"
    assert attributor.attribute(path).party is Party.UNKNOWN
    known = holder(oidc={"issuerUri": OIDC_ISSUER}, attributeCondition="assertion.sub == 'repo:nimbus/ops'")
    assert attributor.attribute(known).party is Party.PROVIDER


def test_other_kinds_of_provider() -> None:
    assert holder(aws={"accountId": "222222222222"}).clues == ((Clue.AWS_ACCOUNT, "222222222222"),)
    xml = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.nimbus.example/saml">'
    assert holder(saml={"idpMetadataXml": xml}).clues == ((Clue.SAML, "https://idp.nimbus.example/saml"),)
    assert holder(x509={"trustStore": {}}).clues[0][0] is Clue.NAME
