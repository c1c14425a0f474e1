from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff import lags
from handoff.errors import AccessDenied, CloudError
from handoff.kinds.azure.lighthouse_delegation import KIND
from handoff.lab import identities
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.azure._tenant import GROUPS, SUBSCRIPTION, Outside, Tenant, roles


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant, outside = Tenant(), Outside(lab)
        bad, good = outside.app(), outside.app()
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=tenant.delegate(bad.principal, roles.READER)[0],
            bystander_id=tenant.delegate(good.principal, roles.READER)[0],
            tried=(SUBSCRIPTION, bad.login, *GROUPS),
            bystander_tried=(SUBSCRIPTION, good.login, *GROUPS),
            denied=tenant.denied(),
        )


SEED = Seed()


def path_of(tenant: Tenant, path_id: str) -> AccessPath:
    return next(path for path in KIND.discover(tenant.arm) if path.id == path_id)


def run(tenant: Tenant, path: AccessPath, verb: Verb) -> list[bool]:
    return [receipt.applied for receipt in KIND.do(tenant.arm, path, verb, KIND.image(tenant.arm, path) or {}, datetime.now(UTC))]


def test_the_managing_tenant_is_the_holder(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    made, definition = tenant.delegate(Outside(lab).app().principal, roles.READER)
    path = path_of(tenant, made)
    assert path.holder == f"tenant {identities.PROVIDER_TENANT}"
    assert path.clues == ((Clue.ENTRA_TENANT, identities.PROVIDER_TENANT),)
    assert "Nimbus operators" in path.allows
    assert path.detail["definition"] == definition


def test_the_providers_principal_works_before_and_is_refused_after_the_lag(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    operator, bystander = outside.app(), outside.app()
    assert tenant.works(operator.login)[0] is Outcome.REFUSED, "a stranger until it is let in"
    path, other = (path_of(tenant, tenant.delegate(one.principal, roles.READER)[0]) for one in (operator, bystander))
    assert tenant.works(operator.login)[0] is Outcome.WORKED
    token = tenant.cloud.mint(SUBSCRIPTION, operator.login, KIND.mints(path)[0])
    assert run(tenant, path, Verb.DISABLE) == [True]
    assert KIND.probe(tenant.arm, path) is Verdict.DISABLED
    assert tenant.works(token)[0] is Outcome.WORKED, "deleted is not dead: a probe now would lie"
    seen, took_s = tenant.settled(KIND, token, Outcome.REFUSED)
    assert seen is Outcome.REFUSED
    assert 0 < took_s <= lags.in_force(tenant.cloud.endpoints()).settle(KIND).total_seconds() + 1
    assert tenant.works(operator.login)[0] is Outcome.REFUSED
    assert run(tenant, path, Verb.DELETE) == [True]
    assert KIND.probe(tenant.arm, path) is Verdict.GONE
    assert tenant.works(bystander.login)[0] is Outcome.WORKED
    assert KIND.probe(tenant.arm, other) is Verdict.ALIVE


def test_put_back_it_works_again_under_its_own_name(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, operator = Tenant(), Outside(lab).app()
    path = path_of(tenant, tenant.delegate(operator.principal, roles.READER)[0])
    before = KIND.image(tenant.arm, path)
    assert before is not None
    run(tenant, path, Verb.DISABLE)
    assert tenant.settled(KIND, operator.login, Outcome.REFUSED)[0] is Outcome.REFUSED
    assert [receipt.applied for receipt in KIND.undo(tenant.arm, path, Verb.DISABLE, before)] == [True]
    assert list(KIND.undo(tenant.arm, path, Verb.DISABLE, before)) == []
    assert path_of(tenant, path.id) == path
    assert tenant.settled(KIND, operator.login, Outcome.WORKED)[0] is Outcome.WORKED


def test_a_delegation_of_one_resource_group_is_found_too(lab: Any, lab_env: Mapping[str, str]) -> None:
    """ARM lists delegations at exactly the scope that it is asked for."""
    tenant, operator = Tenant(), Outside(lab).app()
    at = tenant.group()
    path = path_of(tenant, tenant.delegate(operator.principal, roles.READER, at)[0])
    assert at in path.allows
    assert tenant.works(operator.login, op="GET {+at}", at=at)[0] is Outcome.WORKED
    run(tenant, path, Verb.DISABLE)
    assert tenant.settled(KIND, operator.login, Outcome.REFUSED, op="GET {+at}", at=at)[0] is Outcome.REFUSED
    run(tenant, path, Verb.DELETE)
    assert KIND.probe(tenant.arm, path) is Verdict.GONE


def test_one_definition_assigned_twice_goes_when_both_are_gone(lab: Any, lab_env: Mapping[str, str]) -> None:
    """All disabling comes before all deleting, so the definition is free by then; out of order it says that it is not."""
    tenant = Tenant()
    made, definition = tenant.delegate(Outside(lab).app().principal, roles.READER)
    second = f"{tenant.group()}/providers/Microsoft.ManagedServices/registrationAssignments/{uuid.uuid4()}"
    tenant.arm.write("PUT {+id}", id=second, body={"properties": {"registrationDefinitionId": definition}})
    one, two = path_of(tenant, made), path_of(tenant, second)
    assert run(tenant, one, Verb.DISABLE) == [True]
    with pytest.raises(CloudError, match="RegistrationDefinitionInUse"):
        run(tenant, one, Verb.DELETE)
    assert KIND.probe(tenant.arm, two) is Verdict.ALIVE
    assert run(tenant, two, Verb.DISABLE) == [True]
    assert [run(tenant, path, Verb.DELETE) for path in (one, two)] == [[True], [False]]
    assert KIND.probe(tenant.arm, one) is KIND.probe(tenant.arm, two) is Verdict.GONE


def test_every_delegation_over_small_pages(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    made = {tenant.delegate(outside.app().principal, roles.READER)[0] for _ in range(3)}
    outside.settings(page_size=1)
    try:
        assert made <= {path.id for path in KIND.discover(tenant.arm)}
    finally:
        outside.settings(page_size=100)


def test_a_group_that_may_not_be_looked_into_is_no_group_without_delegations(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    at = tenant.group()
    list(KIND.discover(tenant.arm))
    outside.fault(f"GET {at}/providers/Microsoft.ManagedServices/", 403, times=1)
    try:
        with pytest.raises(AccessDenied):
            list(KIND.discover(tenant.arm))
    finally:
        outside.no_faults()
