from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.azure.group_member import KIND
from handoff.lab import identities
from handoff.model import AccessPath, Clue, Json, Outcome, Receipt, Verb, Verdict
from tests.kinds.azure._tenant import GROUPS, SUBSCRIPTION, TENANT, Outside, Tenant, fresh, roles

ADD = "POST graph:/v1.0/groups/{group}/members/$ref"


def group(tenant: Tenant, *members: str, security: bool = True, **more: object) -> str:
    """A group with these members; its id."""
    name = fresh("group")
    body = {"displayName": name, "mailEnabled": not security, "mailNickname": name, "securityEnabled": security, **more}
    made = str(tenant.make("POST graph:/v1.0/groups", body)["id"])
    for one in members:
        tenant.graph.write(ADD, group=made, body={"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{one}"})
    return made


def path_id(group_id: str, member: str) -> str:
    return f"groups/{group_id}/members/{member}"


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.app(), tenant.app()
        made = group(tenant, bad.principal, good.principal)
        tenant.assign(made, roles.READER)
        return SimpleNamespace(
            scope=TENANT,
            login=None,
            path_id=path_id(made, bad.principal),
            bystander_id=path_id(made, good.principal),
            tried=(SUBSCRIPTION, bad.login, *GROUPS),
            bystander_tried=(SUBSCRIPTION, good.login, *GROUPS),
            denied=tenant.denied(),
        )


SEED = Seed()


def found(tenant: Tenant) -> dict[str, AccessPath]:
    return {path.id: path for path in KIND.discover(tenant.graph)}


def cut(tenant: Tenant, path: AccessPath) -> tuple[Json, list[Receipt]]:
    before = KIND.image(tenant.graph, path)
    assert before is not None
    return before, list(KIND.do(tenant.graph, path, Verb.DISABLE, before, datetime.now(UTC)))


def test_every_member_of_every_security_group_and_whose_they_are(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    ours, theirs = tenant.app(), Outside(lab).app(signInAudience="AzureADMultipleOrgs")
    guest = tenant.make("POST graph:/v1.0/servicePrincipals", {"appId": theirs.app_id})["id"]
    name = fresh("nimbus-jo")
    body = {
        "displayName": name,
        "mailNickname": name,
        "accountEnabled": True,
        "userPrincipalName": f"{name}@acme.example",
        "passwordProfile": {"password": fresh("x")},
    }
    user = tenant.make("POST graph:/v1.0/users", body)["id"]
    inner = group(tenant, description="asked by ops@nimbus.example")
    outer, mail = group(tenant, ours.principal, guest, user, inner), group(tenant, user, security=False)
    paths = found(tenant)
    assert path_id(mail, user) not in paths
    clues = {path.holder: set(path.clues) for path in paths.values() if path.detail["group"] == outer}
    assert clues == {
        ours.principal: {(Clue.ENTRA_OBJECT, ours.principal), (Clue.ENTRA_TENANT, identities.CLIENT_TENANT), (Clue.ENTRA_APP, ours.app_id)},
        guest: {(Clue.ENTRA_OBJECT, guest), (Clue.ENTRA_TENANT, identities.PROVIDER_TENANT), (Clue.ENTRA_APP, theirs.app_id)},
        user: {(Clue.ENTRA_OBJECT, user), (Clue.EMAIL, f"{name}@acme.example")},
        inner: {(Clue.ENTRA_OBJECT, inner), (Clue.EMAIL, "ops@nimbus.example"), (Clue.ENTRA_TENANT, identities.CLIENT_TENANT)},
    }


def test_a_group_in_a_group_is_cut_as_one(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    bad, good = tenant.app(), tenant.app()
    inner = group(tenant, bad.principal)
    outer = group(tenant, inner, good.principal)
    tenant.assign(outer, roles.READER)
    assert tenant.settled(KIND, bad.login, Outcome.WORKED)[0] is Outcome.WORKED
    path = found(tenant)[path_id(outer, inner)]
    before, receipts = cut(tenant, path)
    assert [receipt.applied for receipt in receipts] == [True]
    assert KIND.probe(tenant.graph, path) is Verdict.GONE
    assert tenant.settled(KIND, bad.login, Outcome.REFUSED)[0] is Outcome.REFUSED
    assert tenant.works(good.login)[0] is Outcome.WORKED
    assert path_id(inner, bad.principal) in found(tenant)
    list(KIND.undo(tenant.graph, path, Verb.DISABLE, before))
    assert tenant.settled(KIND, bad.login, Outcome.WORKED)[0] is Outcome.WORKED


def test_members_by_a_rule_are_shown_and_left_to_the_rule(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    app = tenant.app()
    ruled = group(tenant, app.principal, groupTypes=["DynamicMembership"], membershipRule='user.companyName -eq "Nimbus"')
    plain = group(tenant, app.principal)
    paths = found(tenant)
    assert KIND.steps(paths[path_id(ruled, app.principal)]) == ()
    assert 'user.companyName -eq "Nimbus"' in str(paths[path_id(ruled, app.principal)].detail["kept_by"])
    assert len(KIND.steps(paths[path_id(plain, app.principal)])) == 1


def test_a_member_or_a_group_that_is_deleted_is_gone(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    one, two = tenant.app(), tenant.app()
    first, second = group(tenant, one.principal), group(tenant, two.principal)
    paths = found(tenant)
    lost, orphan = paths[path_id(first, one.principal)], paths[path_id(second, two.principal)]
    assert [KIND.probe(tenant.graph, path) for path in (lost, orphan)] == [Verdict.ALIVE, Verdict.ALIVE]
    tenant.graph.write("DELETE graph:/v1.0/groups/{group}", group=first)
    tenant.graph.write("DELETE graph:/v1.0/servicePrincipals/{id}", id=two.principal)
    for path in (lost, orphan):
        assert KIND.probe(tenant.graph, path) is Verdict.GONE
        assert KIND.image(tenant.graph, path) is None
        assert [receipt.applied for receipt in KIND.do(tenant.graph, path, Verb.DISABLE, {}, datetime.now(UTC))] == [False]
