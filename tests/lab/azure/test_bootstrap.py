"""The identities that `handoff.lab.bootstrap.azure` makes, as the rest of the lab finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab import identities
from handoff.lab.bootstrap.azure import BOOTSTRAP

if TYPE_CHECKING:
    from conftest import Azure, Refused

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"


def test_each_identity_may_do_what_it_is_for_and_no_more(azure: Azure, refused: Refused) -> None:
    for name in (identities.ADMIN, identities.SECOND_ADMIN, identities.BREAK_GLASS, identities.AUDITOR):
        entry = azure.login(name)
        assert (entry["form"], entry["tenant"], entry["principal"]) == ("azure-secret", identities.CLIENT_TENANT, identities.CLIENT_PRINCIPALS_AZURE[name])
        assert azure.arm("GET", SUBSCRIPTION, who=name).status_code == 200
    group = f"{SUBSCRIPTION}/resourceGroups/by-bootstrap"
    assert refused(azure.arm("PUT", group, {"location": "westeurope"}, who=identities.AUDITOR)) == (403, "AuthorizationFailed")
    assert azure.arm("PUT", group, {"location": "westeurope"}, who=identities.BREAK_GLASS).status_code == 201
    assert azure.graph("GET", "users", who=identities.AUDITOR).status_code == 200
    assert azure.graph("GET", "users", who=identities.BREAK_GLASS).status_code == 403


def test_the_providers_operator_signs_in_at_home_and_has_no_way_in(azure: Azure, refused: Refused) -> None:
    entry = azure.login(identities.PROVIDER_OPERATOR)
    assert (entry["tenant"], entry["principal"], entry["party"]) == (identities.PROVIDER_TENANT, identities.PROVIDER_OPERATOR_AZURE, "provider")
    token = azure.token(identities.PROVIDER_OPERATOR)
    assert azure.ok(azure.arm("GET", "/subscriptions", token=token))["value"] == []
    assert azure.token_answer(identities.CLIENT_TENANT, client_id=entry["client_id"], client_secret=entry["client_secret"]).status_code == 400


def test_a_second_run_changes_nothing(azure: Azure) -> None:
    def seen() -> tuple[object, ...]:
        assignments = azure.ok(azure.arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments", **{"$filter": "atScope()"}))["value"]
        applications = azure.ok(azure.graph("GET", "applications", **{"$filter": "displayName eq 'acme-admin'"}))["value"]
        return sorted(a["id"] for a in assignments), applications, azure.login(identities.ADMIN)

    before = seen()
    BOOTSTRAP.run(azure.plan)
    assert seen() == before


def test_a_lost_login_is_made_anew(azure: Azure) -> None:
    (azure.plan.folder / "logins.json").unlink()
    BOOTSTRAP.run(azure.plan)
    assert azure.arm("GET", SUBSCRIPTION, who=identities.ADMIN).status_code == 200
