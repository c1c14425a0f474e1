from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff import lags
from handoff.errors import AccessDenied, CloudError, CredentialsRefused
from handoff.kinds.azure import _principals
from handoff.kinds.azure.role_assignment import KIND
from handoff.lab import identities
from handoff.lab.azure.graph_types import GLOBAL_READER
from handoff.model import AccessPath, Clue, Json, Outcome, Verb, Verdict
from tests.kinds.azure._tenant import GROUPS, ROOT, SUBSCRIPTION, Listed, Outside, Tenant, fresh, roles


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.app(), tenant.app()
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=tenant.assign(bad.principal, roles.READER),
            bystander_id=tenant.assign(good.principal, roles.READER),
            tried=(SUBSCRIPTION, bad.login, *GROUPS),
            bystander_tried=(SUBSCRIPTION, good.login, *GROUPS),
            denied=tenant.denied(role=roles.READER),  # may list assignments, but not look into the directory
        )


SEED = Seed()


def path_of(tenant: Tenant, path_id: str) -> AccessPath:
    return next(path for path in KIND.discover(tenant.arm) if path.id == path_id)


def cut(tenant: Tenant, path: AccessPath) -> Json:
    before = KIND.image(tenant.arm, path)
    assert before is not None
    assert [receipt.applied for receipt in KIND.do(tenant.arm, path, Verb.DISABLE, before, datetime.now(UTC))] == [True]
    return before


def test_a_service_principal_of_the_providers_tenant(lab: Any, lab_env: Mapping[str, str]) -> None:
    """A multi-tenant application of the provider's, consented to here: its home tenant tells."""
    tenant, outside = Tenant(), Outside(lab)
    foreign = outside.app(signInAudience="AzureADMultipleOrgs")
    principal = tenant.make("POST graph:/v1.0/servicePrincipals", {"appId": foreign.app_id})
    path = path_of(tenant, tenant.assign(principal["id"], roles.READER))
    assert path.holder == principal["id"]
    assert set(path.clues) == {(Clue.ENTRA_OBJECT, principal["id"]), (Clue.ENTRA_TENANT, identities.PROVIDER_TENANT), (Clue.ENTRA_APP, foreign.app_id)}
    assert path.allows == f"Reader on {ROOT}"


def test_an_application_of_the_estate_made_for_the_provider(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    tenant.graph.write("PATCH graph:/v1.0/servicePrincipals/{id}", id=app.principal, body={"notes": "asked for by ops@nimbus.example"})
    path = path_of(tenant, tenant.assign(app.principal, roles.READER))
    assert (Clue.EMAIL, "ops@nimbus.example") in path.clues
    assert (Clue.ENTRA_TENANT, identities.CLIENT_TENANT) in path.clues


def test_a_tag_stronger_than_a_home() -> None:
    found = {"id": "p", "appId": "app", "appOwnerOrganizationId": identities.CLIENT_TENANT, "tags": ["party=nimbus"], "displayName": "sync"}
    assert (Clue.TAG, "party=nimbus") in set(_principals.clues(Listed({}, {_principals.SERVICE_PRINCIPAL: found}), "p", "ServicePrincipal"))


def test_a_guest_is_known_by_the_address_at_home() -> None:
    found = {"id": "u", "userPrincipalName": "jo_doe_nimbus.example#EXT#@acme.example", "displayName": "Jo"}
    seen = set(_principals.clues(Listed({}, {_principals.USER: found}), "u", "User"))
    assert seen == {(Clue.ENTRA_OBJECT, "u"), (Clue.EMAIL, "jo_doe@nimbus.example")}, "an address of acme.example would make the guest the client's"


def test_a_member_and_a_group(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    (alice,) = tenant.graph.read("GET graph:/v1.0/users", query={"$filter": "userPrincipalName eq 'alice@acme.example'"})
    group = tenant.make(
        "POST graph:/v1.0/groups",
        {"displayName": fresh("g"), "mailEnabled": False, "mailNickname": "g", "securityEnabled": True, "description": "people of desk@nimbus.example"},
    )
    person, many = (path_of(tenant, tenant.assign(str(one["id"]), roles.READER, tenant.group())) for one in (alice, group))
    assert (Clue.EMAIL, "alice@acme.example") in person.clues
    assert (Clue.EMAIL, "desk@nimbus.example") in many.clues
    assert (person.detail["principal_type"], many.detail["principal_type"]) == ("User", "Group")


def test_a_principal_that_is_no_more(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    gone, there = tenant.app(), tenant.app()
    dead, alive = tenant.assign(gone.principal, roles.READER), tenant.assign(there.principal, roles.READER)
    tenant.graph.write("DELETE graph:/v1.0/applications/{app}", app=gone.app)
    assert any(clue is Clue.DELETED for clue, _ in path_of(tenant, dead).clues)
    assert not any(clue is Clue.DELETED for clue, _ in path_of(tenant, alive).clues)


def test_a_directory_that_does_not_answer_makes_nobody_deleted(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    app = tenant.app()
    made = tenant.assign(app.principal, roles.READER)
    assert path_of(tenant, made)
    outside.fault(f"GET /graph/v1.0/servicePrincipals/{app.principal}", 403, times=1)
    try:
        with pytest.raises(AccessDenied):
            list(KIND.discover(tenant.arm))
    finally:
        outside.no_faults()


def test_the_providers_operator_may_not_take_its_own_directory_for_the_clients(lab: Any, lab_env: Mapping[str, str]) -> None:
    """Let in by Lighthouse it lists the assignments; but its Graph is its own tenant's, in which every principal of the client's is missing."""
    tenant, outside = Tenant(), Outside(lab)
    operator = outside.app()
    outside.call(
        "POST", "roleManagement/directory/roleAssignments", {"principalId": operator.principal, "roleDefinitionId": GLOBAL_READER, "directoryScopeId": "/"}
    )
    tenant.delegate(operator.principal, roles.READER)
    connection = tenant.cloud.open(SUBSCRIPTION, operator.login)
    assert list(connection.read("GET {scope}/providers/Microsoft.Authorization/roleAssignments"))
    with pytest.raises(CredentialsRefused, match=identities.PROVIDER_TENANT):
        list(KIND.discover(connection))


def test_a_token_from_before_the_cut_loses_its_right_after_the_lag(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app, bystander = tenant.app(), tenant.app()
    path = path_of(tenant, tenant.assign(app.principal, roles.READER))
    tenant.assign(bystander.principal, roles.READER)
    token, theirs = (tenant.cloud.mint(SUBSCRIPTION, one.login, {"op": "token"}) for one in (app, bystander))
    assert tenant.works(token)[0] is tenant.works(theirs)[0] is Outcome.WORKED
    cut(tenant, path)
    assert KIND.probe(tenant.arm, path) is Verdict.GONE
    assert tenant.works(token)[0] is Outcome.WORKED, "deleted is not dead: a probe now would lie"
    seen, took_s = tenant.settled(KIND, token, Outcome.REFUSED)
    assert seen is Outcome.REFUSED
    assert 0 < took_s <= lags.in_force(tenant.cloud.endpoints()).settle(KIND).total_seconds() + 1
    assert tenant.works(token) == tenant.works(app.login) == (Outcome.REFUSED, "AuthorizationFailed")
    assert tenant.works(theirs)[0] is tenant.works(bystander.login)[0] is Outcome.WORKED


def test_put_back_it_is_the_same_assignment(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app, at = tenant.app(), tenant.group()
    path = path_of(tenant, tenant.assign(app.principal, roles.CONTRIBUTOR, at))
    assert path.allows == f"Contributor on {at}"
    before = cut(tenant, path)
    assert tenant.settled(KIND, app.login, Outcome.REFUSED, op="GET {+at}", at=at)[0] is Outcome.REFUSED
    assert [receipt.applied for receipt in KIND.undo(tenant.arm, path, Verb.DISABLE, before)] == [True]
    assert list(KIND.undo(tenant.arm, path, Verb.DISABLE, before)) == []
    assert path_of(tenant, path.id) == path
    assert tenant.settled(KIND, app.login, Outcome.WORKED, op="GET {+at}", at=at)[0] is Outcome.WORKED


def test_two_assignments_of_one_principal_do_not_see_each_other(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app, at = tenant.app(), tenant.group()
    one, two = (path_of(tenant, tenant.assign(app.principal, role, at)) for role in (roles.CONTRIBUTOR, roles.READER))
    image = KIND.image(tenant.arm, two)
    cut(tenant, one)
    assert KIND.image(tenant.arm, two) == image
    assert KIND.probe(tenant.arm, two) is Verdict.ALIVE


def test_a_lock_keeps_it_and_says_so(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app, at = tenant.app(), tenant.group()
    path = path_of(tenant, tenant.assign(app.principal, roles.READER, at))
    lock = f"{at}/providers/Microsoft.Authorization/locks/keep?api-version=2016-09-01"
    tenant.arm.write(f"PUT {lock}", body={"properties": {"level": "CanNotDelete"}})
    with pytest.raises(CloudError, match="ScopeLocked"):
        cut(tenant, path)
    assert KIND.probe(tenant.arm, path) is Verdict.ALIVE
    tenant.arm.write(f"DELETE {lock}")
    cut(tenant, path)
    assert KIND.probe(tenant.arm, path) is Verdict.GONE
