from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from azure.storage.blob import generate_blob_sas

from handoff.clouds._azure_ops import PLANES, STORAGE_VERSION
from handoff.errors import AccessDenied, CloudError
from handoff.kinds.azure.storage_account_key import KIND
from handoff.lab import identities
from handoff.model import AccessPath, Clue, Json, Outcome, Verb, Verdict
from tests.kinds.azure._tenant import SUBSCRIPTION, App, Listed, Outside, Tenant, roles, sharing

LIST = "GET blob:/{account}/"


def id_of(account: str, name: str, value: str, holder: str) -> str:
    return f"{account}#{name}#{hashlib.sha256(value.encode()).hexdigest()[:16]}#{holder}"


def tried(account: str, value: str) -> tuple[Any, ...]:
    return (SUBSCRIPTION, sharing(account, value), LIST, {"account": account.rsplit("/", 1)[-1], "query": {"comp": "list"}})


def shown(tenant: Tenant, account: str) -> tuple[App, dict[str, str]]:
    """A principal of the provider's who has listed the keys, and what it was shown."""
    app = tenant.app()
    tenant.assign(app.principal, roles.STORAGE_ACCOUNT_CONTRIBUTOR, account)
    return app, tenant.keys(account, app.login)


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        tenant = Tenant()
        bad, good = tenant.account(), tenant.account()
        holder, keys = shown(tenant, bad)
        owner, others = shown(tenant, good)
        return SimpleNamespace(
            scope=SUBSCRIPTION,
            login=None,
            path_id=id_of(bad, "key1", keys["key1"], holder.principal),
            bystander_id=id_of(good, "key1", others["key1"], owner.principal),
            tried=tried(bad, keys["key1"]),
            bystander_tried=tried(good, others["key1"]),
            denied=tenant.denied(role=roles.READER),  # lists accounts, but not their keys
        )


SEED = Seed()


def path_of(tenant: Tenant, path_id: str) -> AccessPath:
    return next(path for path in KIND.discover(tenant.arm) if path.id == path_id)


def of_account(tenant: Tenant, account: str) -> list[AccessPath]:
    return [path for path in KIND.discover(tenant.arm) if path.detail["account"] == account]


def run(tenant: Tenant, path: AccessPath, verb: Verb) -> list[bool]:
    return [receipt.applied for receipt in KIND.do(tenant.arm, path, verb, KIND.image(tenant.arm, path) or {}, datetime.now(UTC))]


def outcome(tenant: Tenant, account: str, value: str) -> tuple[Outcome, str]:
    scope, login, op, params = tried(account, value)
    return tenant.works(login, scope, op, **params)


def clients_bearer(tenant: Tenant, account: str) -> Outcome:
    """The positive control: the client's own sign-in, on the same call."""
    _, _, op, params = tried(account, "")
    return tenant.works(tenant.admin(), SUBSCRIPTION, op, **params)[0]


def sas(account: str, key: str) -> str:
    """A signed address of one blob, as it would lie in a mail somewhere."""
    name = account.rsplit("/", 1)[-1]
    signed = generate_blob_sas(name, "records", "x", account_key=key, permission="r", expiry=datetime.now(UTC) + timedelta(hours=1))
    return f"GET blob:/{name}/records/x?{signed}"


def open_sas(lab_env: Mapping[str, str], address: str) -> tuple[int, str]:
    path = address.removeprefix("GET blob:")
    answer = httpx.get(f"{lab_env['HANDOFF_AZURE_BLOB_URL']}{path}", verify=ssl.create_default_context(cafile=lab_env["HANDOFF_CA_FILE"]), trust_env=False)
    return answer.status_code, answer.headers.get("x-ms-error-code", "")


def put(lab_env: Mapping[str, str], tenant: Tenant, account: str) -> None:
    """One blob, `records/x`, written by the client's administrator."""
    token = tenant.cloud._session(None).token(PLANES["blob"])
    headers = {"authorization": f"Bearer {token}", "x-ms-version": STORAGE_VERSION, "x-ms-blob-type": "BlockBlob"}
    url = f"{lab_env['HANDOFF_AZURE_BLOB_URL']}/{account.rsplit('/', 1)[-1]}/records/x"
    httpx.put(url, content=b"1", headers=headers, verify=ssl.create_default_context(cafile=lab_env["HANDOFF_CA_FILE"]), trust_env=False).raise_for_status()


def test_whoever_was_shown_a_key_holds_it(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    seen = {(path.detail["key"], path.holder): path for path in of_account(tenant, account)}
    us = tenant.admin().principal
    assert set(seen) == {(key, who) for key in ("key1", "key2") for who in (holder.principal, us)}
    path = seen["key1", holder.principal]
    assert path.id == id_of(account, "key1", keys["key1"], holder.principal)
    assert {(Clue.ENTRA_OBJECT, holder.principal), (Clue.ENTRA_APP, holder.app_id)} <= set(path.clues)
    assert not any(value in str(path) for value in keys.values())


def test_an_operator_from_the_providers_tenant_is_known_by_where_it_signed_in(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, operator = Tenant(), Outside(lab).app()
    account = tenant.account()
    tenant.delegate(operator.principal, roles.CONTRIBUTOR)
    keys = tenant.keys(account, operator.login)
    path = path_of(tenant, id_of(account, "key1", keys["key1"], operator.principal))
    assert set(path.clues) == {(Clue.ENTRA_OBJECT, operator.principal), (Clue.ENTRA_TENANT, identities.PROVIDER_TENANT)}


def test_who_was_shown_a_key_and_is_no_more_is_not_taken_for_the_clients(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    path_id = id_of(account, "key1", keys["key1"], holder.principal)
    assert (Clue.ENTRA_TENANT, identities.CLIENT_TENANT) in path_of(tenant, path_id).clues
    tenant.graph.write("DELETE graph:/v1.0/applications/{app}", app=holder.app)
    assert [clue for clue, _ in path_of(tenant, path_id).clues] == [Clue.ENTRA_OBJECT, Clue.SHARED_SECRET]


def test_an_attempt_that_was_refused_showed_nothing(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account, stranger = tenant.account(), tenant.app()
    tenant.assign(stranger.principal, roles.READER)
    with pytest.raises(AccessDenied):
        tenant.keys(account, stranger.login)
    assert stranger.principal not in {path.holder for path in of_account(tenant, account)}


def test_the_old_key_and_what_it_signed_are_refused_and_the_clients_bearer_is_not(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    put(lab_env, tenant, account)
    address = sas(account, keys["key1"])
    path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
    assert outcome(tenant, account, keys["key1"])[0] is Outcome.WORKED
    assert open_sas(lab_env, address) == (200, "")
    assert run(tenant, path, Verb.DISABLE) == [True]
    assert outcome(tenant, account, keys["key1"]) == (Outcome.REFUSED, "KeyBasedAuthenticationNotPermitted")
    assert open_sas(lab_env, address) == (403, "KeyBasedAuthenticationNotPermitted")
    assert clients_bearer(tenant, account) is Outcome.WORKED
    assert KIND.probe(tenant.arm, path) is Verdict.DISABLED
    assert run(tenant, path, Verb.DELETE) == [True]
    assert KIND.probe(tenant.arm, path) is Verdict.GONE
    # Even when the client turns shared keys on again, what the provider holds stays dead.
    tenant.arm.write("PATCH {+id}", id=account, body={"properties": {"allowSharedKeyAccess": True}})
    assert outcome(tenant, account, keys["key1"]) == (Outcome.REFUSED, "AuthenticationFailed")
    assert open_sas(lab_env, address) == (403, "AuthenticationFailed")
    assert outcome(tenant, account, tenant.keys(account)["key1"])[0] is Outcome.WORKED
    assert outcome(tenant, account, keys["key2"])[0] is Outcome.WORKED, "the other key is another path"
    assert clients_bearer(tenant, account) is Outcome.WORKED


def test_rotation_happens_once_however_often_it_is_asked_for(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
    before = KIND.image(tenant.arm, path)
    assert before == {"sha256": hashlib.sha256(keys["key1"].encode()).hexdigest()}
    at = datetime.now(UTC)
    assert [receipt.applied for receipt in KIND.do(tenant.arm, path, Verb.DELETE, before, at)] == [True]
    fresh = tenant.keys(account)
    assert fresh["key1"] != keys["key1"]
    assert fresh["key2"] == keys["key2"]
    assert [receipt.applied for receipt in KIND.do(tenant.arm, path, Verb.DELETE, before, at)] == [False]
    assert tenant.keys(account) == fresh


def test_rotation_cut_off_before_its_answer_came_is_not_done_twice(lab: Any, lab_env: Mapping[str, str]) -> None:
    """The key was made anew, but the answer was lost: nothing is sent again, and the next run finds it done."""
    tenant, outside = Tenant(), Outside(lab)
    account = tenant.account()
    holder, keys = shown(tenant, account)
    path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
    before = KIND.image(tenant.arm, path) or {}
    outside.fault(f"POST {account}/regenerateKey", 503, times=1)
    try:
        with pytest.raises(CloudError):
            list(KIND.do(tenant.arm, path, Verb.DELETE, before, datetime.now(UTC)))
    finally:
        outside.no_faults()
    assert tenant.keys(account) == keys
    assert run(tenant, path, Verb.DELETE) == [True]


def test_two_holders_of_one_key_are_cut_by_one_rotation(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    (one, keys), (two, _) = shown(tenant, account), shown(tenant, account)
    first, second = (path_of(tenant, id_of(account, "key1", keys["key1"], who.principal)) for who in (one, two))
    assert [run(tenant, path, Verb.DISABLE) for path in (first, second)] == [[True], [False]]
    assert [run(tenant, path, Verb.DELETE) for path in (first, second)] == [[True], [False]]
    assert KIND.probe(tenant.arm, first) is KIND.probe(tenant.arm, second) is Verdict.GONE


def test_a_new_key_is_nobodys_who_saw_only_the_old_one(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
    run(tenant, path, Verb.DELETE)
    holders = {(one.detail["key"], one.holder) for one in of_account(tenant, account)}
    assert ("key1", holder.principal) not in holders
    assert ("key2", holder.principal) in holders
    assert ("key1", tenant.admin().principal) in holders, "who made it anew was shown it"


def test_undo_restores_what_was_and_no_more(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    for was_on in (True, False):
        account = tenant.account(allowSharedKeyAccess=was_on)
        holder, keys = shown(tenant, account)
        path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
        before = KIND.image(tenant.arm, path) or {}
        assert run(tenant, path, Verb.DISABLE) == [was_on]
        assert outcome(tenant, account, keys["key1"])[0] is Outcome.REFUSED
        for _ in range(2):
            list(KIND.undo(tenant.arm, path, Verb.DISABLE, before))
        assert outcome(tenant, account, keys["key1"])[0] is (Outcome.WORKED if was_on else Outcome.REFUSED)


def account_of(made: datetime | None, *events: Json) -> Listed:
    keys = {"keys": [{"keyName": "key1", "value": "v", **({"creationTime": made.isoformat()} if made else {})}]}
    log = "GET {scope}/providers/Microsoft.Insights/eventtypes/management/values"
    return Listed(
        {"GET {scope}/providers/Microsoft.Storage/storageAccounts": [{"id": "/a", "name": "a"}], log: list(events)}, {"POST {+id}/listKeys": keys}, SUBSCRIPTION
    )


def event(caller: str, name: str = "Microsoft.Storage/storageAccounts/listKeys/action", status: str = "Succeeded") -> Json:
    return {"caller": caller, "operationName": {"value": name}, "status": {"value": status}}


@pytest.mark.parametrize("made", [None, datetime.now(UTC) - timedelta(days=89, hours=1), datetime(2020, 1, 1, tzinfo=UTC)])
def test_a_key_older_than_the_log_may_be_anybodys(made: datetime | None) -> None:
    (path,) = KIND.discover(account_of(made, event("somebody@acme.example")))
    assert path.clues[0][0] is Clue.SHARED_SECRET


def test_what_the_log_tells_of_a_younger_key() -> None:
    made = datetime.now(UTC) - timedelta(days=88)
    (path,) = KIND.discover(
        account_of(
            made, event("jo@nimbus.example"), event("jo@nimbus.example"), event("x", "Microsoft.Storage/storageAccounts/write"), event("y", status="Failed")
        )
    )
    assert (path.holder, path.clues) == ("jo@nimbus.example", ((Clue.EMAIL, "jo@nimbus.example"),))
    (unseen,) = KIND.discover(account_of(made))
    assert unseen.clues[0][0] is Clue.CLIENT_OWN


def test_an_account_that_is_gone_took_its_keys_along(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    holder, keys = shown(tenant, account)
    path = path_of(tenant, id_of(account, "key1", keys["key1"], holder.principal))
    tenant.arm.write("DELETE {+id}", id=account)
    assert KIND.probe(tenant.arm, path) is Verdict.GONE
    assert run(tenant, path, Verb.DISABLE) == run(tenant, path, Verb.DELETE) == [False]


def test_a_lock_keeps_the_keys_from_being_read_and_nobody_says_that_there_are_none(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    lock = f"{account}/providers/Microsoft.Authorization/locks/keep?api-version=2016-09-01"
    tenant.arm.write(f"PUT {lock}", body={"properties": {"level": "ReadOnly"}})
    try:
        with pytest.raises(CloudError, match="ScopeLocked"):
            of_account(tenant, account)
    finally:
        tenant.arm.write(f"DELETE {lock}")
    assert of_account(tenant, account)
