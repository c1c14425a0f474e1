from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import AccessDenied, CloudError
from handoff.kinds.gcp.kms_key_iam_binding import KIND
from handoff.model import AccessPath, Clue, Json, Outcome, Receipt, Verb, Verdict
from tests.kinds.gcp._bound import OIDC_ISSUER, USE, Project, encrypting, member

RINGS = "cloudkms.projects.locations.keyRings"
KEYS = f"{RINGS}.cryptoKeys"
UNTIL = {"title": "until the contract ends", "expression": 'request.time < timestamp("2999-01-01T00:00:00Z")'}


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        client, elsewhere = Project(), Project()
        bad, good = elsewhere.account(), elsewhere.account()
        _, key = client.key()
        client.bind(KEYS, key, USE, member(bad), member(good))
        return SimpleNamespace(
            scope=client.scope,
            login=None,
            path_id=f"{key}#{USE}#{member(bad)}",
            bystander_id=f"{key}#{USE}#{member(good)}",
            tried=encrypting(client, elsewhere.login(bad), key),
            bystander_tried=encrypting(client, elsewhere.login(good), key),
            denied=elsewhere.login(elsewhere.account()),
        )


SEED = Seed()


def found(project: Project) -> dict[str, AccessPath]:
    return {path.id: path for path in KIND.discover(project.writer)}


def cut(project: Project, path: AccessPath) -> tuple[Json, list[Receipt]]:
    before = KIND.image(project.writer, path)
    assert before is not None
    return before, list(KIND.do(project.writer, path, Verb.DISABLE, before, datetime.now(UTC)))


def test_rings_and_keys_of_every_location_are_read(lab_env: Mapping[str, str]) -> None:
    project = Project()
    who = member(project.account())
    (ring, key), (_, far) = project.key(), project.key("asia-northeast1")
    project.bind(RINGS, ring, "roles/cloudkms.viewer", who)
    project.bind(KEYS, key, USE, who)
    project.bind(KEYS, far, USE, who)
    assert set(found(project)) == {f"{ring}#roles/cloudkms.viewer#{who}", f"{key}#{USE}#{who}", f"{far}#{USE}#{who}"}
    assert "the key ring" in found(project)[f"{ring}#roles/cloudkms.viewer#{who}"].allows
    assert "in asia-northeast1" in found(project)[f"{far}#{USE}#{who}"].allows


def test_a_ring_opens_its_keys_and_is_cut(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    bad, good = elsewhere.account(), elsewhere.account()
    ring, key = client.key()
    client.bind(RINGS, ring, USE, member(bad))
    client.bind(KEYS, key, USE, member(good))
    tried, stays = encrypting(client, elsewhere.login(bad), key), encrypting(client, elsewhere.login(good), key)
    assert client.awaits(KIND, tried, Outcome.WORKED) is Outcome.WORKED
    path = found(client)[f"{ring}#{USE}#{member(bad)}"]
    _, receipts = cut(client, path)
    assert [receipt.op for receipt in receipts] == [f"{RINGS}.setIamPolicy"]
    assert KIND.probe(client.writer, path) is Verdict.GONE
    assert client.works(tried) is Outcome.WORKED  # the old right lives on for the lag
    assert client.awaits(KIND, tried, Outcome.REFUSED) is Outcome.REFUSED
    assert client.works(stays) is Outcome.WORKED


def test_a_condition_is_part_of_the_path_and_comes_back_with_it(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    who = elsewhere.account()
    _, key = client.key()
    client.bind(KEYS, key, USE, member(who), condition=UNTIL)
    client.bind(KEYS, key, "roles/cloudkms.viewer", member(who))
    began = client.policy(KEYS, key)["bindings"]
    (path,) = [one for one in found(client).values() if one.detail["condition"]]
    assert path.id.startswith(f"{key}#{USE}#{member(who)}#")
    assert "2999" in path.allows
    before, _ = cut(client, path)
    assert [binding["role"] for binding in client.policy(KEYS, key)["bindings"]] == ["roles/cloudkms.viewer"]
    list(KIND.undo(client.writer, path, Verb.DISABLE, before))
    assert sorted(client.policy(KEYS, key)["bindings"], key=str) == sorted(began, key=str)


def test_whose_it_is(lab_env: Mapping[str, str]) -> None:
    """An account made for the provider lives in the client's project: only its description says whose it is."""
    client = Project()
    theirs, ours = client.account("handoff:party=provider handoff:grant=operate"), client.account()
    pool = client.pool({"oidc": {"issuerUri": OIDC_ISSUER}, "attributeCondition": 'assertion.sub.startsWith("repo:nimbus/")'})
    _, key = client.key()
    members = [member(theirs), member(ours), client.everybody_of(pool), "user:eve@nimbus.example"]
    client.bind(KEYS, key, USE, *members)
    clues = {path.holder: set(path.clues) for path in found(client).values()}
    assert clues == {
        members[0]: {(Clue.GCP_MEMBER, members[0]), (Clue.TAG, "handoff:party=provider"), (Clue.TAG, "handoff:grant=operate")},
        members[1]: {(Clue.GCP_MEMBER, members[1])},
        members[2]: {(Clue.GCP_MEMBER, members[2]), (Clue.OIDC, f"{OIDC_ISSUER} repo:nimbus/*")},
        members[3]: {(Clue.GCP_MEMBER, members[3])},
    }


def test_somebody_who_writes_in_between_loses_nothing(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    bad, good = elsewhere.account(), elsewhere.account()
    _, key = client.key()
    client.bind(KEYS, key, USE, member(bad))
    path = found(client)[f"{key}#{USE}#{member(bad)}"]

    class Raced:
        scope = client.scope

        def __init__(self, times: int) -> None:
            self.times = times

        def get(self, op: str, /, **params: object) -> Json | None:
            return client.writer.get(op, **params)

        def write(self, op: str, /, **params: object) -> Receipt:
            if self.times:
                self.times -= 1
                client.bind(KEYS, key, "roles/cloudkms.viewer", member(good))
            return client.writer.write(op, **params)

    (receipt,) = KIND.do(Raced(2), path, Verb.DISABLE, {}, datetime.now(UTC))  # type: ignore[arg-type]
    assert receipt.applied
    assert client.policy(KEYS, key)["bindings"] == [{"role": "roles/cloudkms.viewer", "members": [member(good)]}]


def test_one_location_that_cannot_be_asked_is_an_error(lab_env: Mapping[str, str]) -> None:
    client, elsewhere = Project(), Project()
    client.key()
    assert found(client) == {}  # keys without bindings: nothing there, and everything was read
    with pytest.raises(AccessDenied):
        list(KIND.discover(client.cloud.open(client.scope, elsewhere.login(elsewhere.account()))))


def test_nobody_is_put_back_where_the_key_is_not(lab_env: Mapping[str, str]) -> None:
    client = Project()
    who = member(client.account())
    _, key = client.key()
    client.bind(KEYS, key, USE, who)
    (path,) = found(client).values()
    gone = AccessPath(**{name: getattr(path, name) for name in AccessPath.__slots__} | {"detail": {**path.detail, "resource": f"{key}-other"}})
    assert KIND.image(client.writer, gone) is None
    assert [receipt.applied for receipt in KIND.do(client.writer, gone, Verb.DISABLE, {}, datetime.now(UTC))] == [False]
    with pytest.raises(CloudError, match="not there"):
        list(KIND.undo(client.writer, gone, Verb.DISABLE, {}))
