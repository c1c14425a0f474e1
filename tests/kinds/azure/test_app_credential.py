from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handoff.errors import AccessDenied
from handoff.kinds.azure.app_credential import KIND
from handoff.model import AccessPath, Clue, Login, Outcome, Receipt, Verb, Verdict
from tests.kinds.azure._tenant import TENANT, App, Listed, Outside, Tenant

SELF = "GET graph:/v1.0/servicePrincipals/{principal}"


def id_of(app: App) -> str:
    return f"applications/{app.app}/secret/{app.key_id}"


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.app(), tenant.app()
        return SimpleNamespace(
            scope=TENANT,
            login=None,
            path_id=id_of(bad),
            bystander_id=id_of(good),
            tried=(TENANT, bad.login, SELF, {"principal": bad.principal}),
            bystander_tried=(TENANT, good.login, SELF, {"principal": good.principal}),
            denied=tenant.denied(),
        )


SEED = Seed()


def path_of(tenant: Tenant, path_id: str) -> AccessPath:
    return next(path for path in KIND.discover(tenant.graph) if path.id == path_id)


def run(tenant: Tenant, path: AccessPath, *verbs: Verb) -> list[Receipt]:
    return [receipt for verb in verbs for receipt in KIND.do(tenant.graph, path, verb, KIND.image(tenant.graph, path) or {}, datetime.now(UTC))]


def works(tenant: Tenant, app: App, login: Login | None = None) -> tuple[Outcome, str]:
    return tenant.works(login or app.login, TENANT, SELF, principal=app.principal)


def test_what_is_seen_of_an_application(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app("sync for Ops <jo.doe@nimbus.example>", notes="asked for by desk@nimbus.example")
    path = path_of(tenant, id_of(app))
    assert path.holder == "app sync for Ops <jo.doe@nimbus.example>"
    assert set(path.clues) == {
        (Clue.PRINCIPAL, app.principal),
        (Clue.ENTRA_APP, app.app_id),
        (Clue.EMAIL, "jo.doe@nimbus.example"),
        (Clue.EMAIL, "desk@nimbus.example"),
    }
    assert not any(clue is Clue.ENTRA_TENANT for clue, _ in path.clues), "that it is registered here says nothing of whose it is"


def test_a_tag_tells_whose_an_application_is() -> None:
    app = {
        "id": "a",
        "appId": "app",
        "displayName": "sync",
        "tags": ["party=nimbus", "WindowsAzureActiveDirectoryIntegratedApp"],
        "passwordCredentials": [{"keyId": "k"}],
    }
    (path,) = KIND.discover(Listed({"GET graph:/v1.0/applications": [app]}))
    assert (Clue.TAG, "party=nimbus") in path.clues
    assert [value for clue, value in path.clues if clue is Clue.TAG] == ["party=nimbus"]


def test_a_credential_that_names_the_provider_on_an_application_of_the_clients(lab_env: Mapping[str, str]) -> None:
    """It is the provider's; the application, its other secret and its sign-in are left alone."""
    tenant = Tenant()
    app = tenant.app("records", notes="owner: records@acme.example", secret_name="nightly export for ops@nimbus.example")
    theirs, kept_id = tenant.secret(app.app, app.app_id, app.principal, "records")
    path, kept = path_of(tenant, id_of(app)), path_of(tenant, f"applications/{app.app}/secret/{kept_id}")
    assert path.clues == ((Clue.EMAIL, "ops@nimbus.example"),)
    assert (Clue.EMAIL, "records@acme.example") in kept.clues
    assert [step.verb for step in KIND.steps(path)] == [Verb.DELETE]
    assert not KIND.steps(path)[0].reversible
    assert works(tenant, app)[0] is works(tenant, app, theirs)[0] is Outcome.WORKED
    assert [receipt.applied for receipt in run(tenant, path, Verb.DELETE)] == [True]
    assert works(tenant, app) == (Outcome.REFUSED, "AADSTS7000215")
    assert works(tenant, app, theirs)[0] is Outcome.WORKED
    assert (KIND.probe(tenant.graph, path), KIND.probe(tenant.graph, kept)) == (Verdict.GONE, Verdict.ALIVE)


def test_signing_in_is_turned_off_first_and_can_be_turned_on_again(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    path = path_of(tenant, id_of(app))
    assert [(step.verb, step.reversible) for step in KIND.steps(path)] == [(Verb.DISABLE, True), (Verb.DELETE, False)]
    before = KIND.image(tenant.graph, path)
    assert before is not None
    assert [receipt.applied for receipt in run(tenant, path, Verb.DISABLE, Verb.DISABLE)] == [True, False]
    assert works(tenant, app) == (Outcome.REFUSED, "AADSTS7000112")
    assert KIND.probe(tenant.graph, path) is Verdict.DISABLED
    assert [receipt.applied for receipt in KIND.undo(tenant.graph, path, Verb.DISABLE, before)] == [True]
    assert works(tenant, app)[0] is Outcome.WORKED


def test_undo_leaves_off_what_was_off_before(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    tenant.graph.write("PATCH graph:/v1.0/servicePrincipals/{principal}", principal=app.principal, body={"accountEnabled": False})
    path = path_of(tenant, id_of(app))
    assert list(KIND.undo(tenant.graph, path, Verb.DISABLE, {})) == []
    assert works(tenant, app)[0] is Outcome.REFUSED


def test_a_token_from_before_the_cut_outlives_the_credential(lab_env: Mapping[str, str]) -> None:
    """Why role assignments are cut first, and why this kind states the lag that it does."""
    tenant = Tenant()
    app = tenant.app()
    path = path_of(tenant, id_of(app))
    token = tenant.cloud.mint(TENANT, app.login, KIND.mints(path)[0])
    run(tenant, path, Verb.DISABLE, Verb.DELETE)
    assert works(tenant, app)[0] is Outcome.REFUSED
    assert works(tenant, app, token)[0] is Outcome.WORKED
    assert KIND.lag.survives_s >= 90 * 60
    assert {"azure.role_assignment", "azure.lighthouse_delegation"} <= KIND.after


def test_an_outside_issuer_goes_and_comes_back_and_its_neighbour_stays(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    made = [
        tenant.make(
            "POST graph:/v1.0/applications/{app}/federatedIdentityCredentials",
            {
                "name": name,
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": f"repo:{name}/infra:ref:refs/heads/main",
                "audiences": ["api://AzureADTokenExchange"],
            },
            app=app.app,
        )
        for name in ("nimbus", "acme")
    ]
    path, bystander = (path_of(tenant, f"applications/{app.app}/issuer/{one['name']}") for one in made)
    assert path.clues == ((Clue.OIDC, "https://token.actions.githubusercontent.com repo:nimbus/infra:ref:refs/heads/main"),)
    before = KIND.image(tenant.graph, path)
    assert before is not None
    assert [receipt.applied for receipt in run(tenant, path, Verb.DISABLE, Verb.DISABLE)] == [True, False]
    assert KIND.probe(tenant.graph, path) is Verdict.GONE
    assert KIND.probe(tenant.graph, bystander) is Verdict.ALIVE
    for _ in range(2):
        list(KIND.undo(tenant.graph, path, Verb.DISABLE, before))
    subjects = [one["subject"] for one in tenant.graph.read("GET graph:/v1.0/applications/{app}/federatedIdentityCredentials", app=app.app)]
    assert sorted(map(str, subjects)) == ["repo:acme/infra:ref:refs/heads/main", "repo:nimbus/infra:ref:refs/heads/main"]
    assert KIND.image(tenant.graph, path) == before, "put back, it is the same path as far as anybody can tell"


def certificate(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.DER)).decode()


def test_one_certificate_goes_and_the_other_stays(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    entries = [{"key": certificate(name), "displayName": name, "type": "AsymmetricX509Cert", "usage": "Verify"} for name in ("ops@nimbus.example", "acme")]
    app = tenant.app(keyCredentials=entries)
    held: Any = tenant.graph.get("GET graph:/v1.0/applications/{app}", app=app.app)
    bad, good = (f"applications/{app.app}/certificate/{one['keyId']}" for one in held["keyCredentials"])
    path, bystander = path_of(tenant, bad), path_of(tenant, good)
    assert path.clues == ((Clue.EMAIL, "ops@nimbus.example"),)
    assert [receipt.applied for receipt in run(tenant, path, Verb.DELETE, Verb.DELETE)] == [True, False]
    assert KIND.probe(tenant.graph, path) is Verdict.GONE
    assert KIND.probe(tenant.graph, bystander) is Verdict.ALIVE
    assert works(tenant, app)[0] is Outcome.WORKED


def test_an_application_that_is_gone_took_its_credentials_along(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    path = path_of(tenant, id_of(app))
    tenant.graph.write("DELETE graph:/v1.0/applications/{app}", app=app.app)
    assert KIND.probe(tenant.graph, path) is Verdict.GONE
    assert not any(receipt.applied for receipt in run(tenant, path, Verb.DISABLE, Verb.DELETE))


def test_every_application_over_small_pages(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    made = {id_of(tenant.app()) for _ in range(3)}
    outside.settings(page_size=1)
    try:
        assert made <= {path.id for path in KIND.discover(tenant.graph)}
    finally:
        outside.settings(page_size=100)


def test_a_listing_that_breaks_in_the_middle_is_no_short_one(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    app = tenant.app()
    assert path_of(tenant, id_of(app))
    outside.fault(f"GET /graph/v1.0/applications/{app.app}/federatedIdentityCredentials", 403, times=1)
    try:
        with pytest.raises(AccessDenied):
            list(KIND.discover(tenant.graph))
    finally:
        outside.no_faults()
