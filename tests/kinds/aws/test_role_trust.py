from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.engine import images
from handoff.kinds.aws.role_trust import KIND
from handoff.model import AccessPath, Clue, Json, Outcome, Verb, Verdict
from tests.kinds.aws._account import Account, assuming


def trust(principal: object, sid: str = "Trust", **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


TAKING_APART = (
    "iam:DeleteRole",
    "iam:DetachRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
)


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        client, provider = Account(), Account()
        bad, good = provider.user("nimbus"), client.user("acme")
        role = client.role("operator", trust({"AWS": [bad.principal, good.principal]}))
        ids = {path.holder: path.id for path in KIND.discover(client.writer)}
        return SimpleNamespace(
            scope=client.scope,
            login=client.root,
            path_id=ids[bad.principal],
            bystander_id=ids[good.principal],
            tried=(client.scope, assuming(bad, role), "iam:ListUsers", {}),
            bystander_tried=(client.scope, assuming(good, role), "iam:ListUsers", {}),
            denied=client.denied("iam:GetAccountAuthorizationDetails"),
            seldom={"iam:GetSAMLProvider": "for trusts of a SAML provider; shown by a test of its own"}
            | dict.fromkeys(TAKING_APART, "for roles of the provider's own; the bystander keeps this one"),
        )


SEED = Seed()


def paths(account: Account) -> list[AccessPath]:
    return list(KIND.discover(account.writer))


def carry_out(account: Account, path: AccessPath, verb: Verb = Verb.DISABLE) -> Json:
    before = KIND.image(account.writer, path)
    assert before is not None
    list(KIND.do(account.writer, path, verb, before, datetime.now(UTC)))
    return before


def document(account: Account, name: str) -> Any:
    answer: Any = account.writer.get("iam:GetRole", RoleName=name)
    return answer["Role"]["AssumeRolePolicyDocument"]


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("principal", "condition", "clues"),
    [
        pytest.param({"AWS": "222222222222"}, {}, {(Clue.AWS_ACCOUNT, "222222222222")}, id="bare-account"),
        pytest.param(
            {"AWS": "arn:aws:iam::222222222222:root"},
            {"StringEquals": {"sts:ExternalId": "acme-1"}},
            {(Clue.AWS_ARN, "arn:aws:iam::222222222222:root"), (Clue.AWS_ACCOUNT, "222222222222"), (Clue.AWS_EXTERNAL_ID, "acme-1")},
            id="root-with-external-id",
        ),
        pytest.param({"AWS": "*"}, {}, {(Clue.EVERYONE, "anyone")}, id="everyone"),
        pytest.param("*", {"StringEquals": {"AWS:PrincipalAccount": ["222222222222"]}}, {(Clue.AWS_ACCOUNT, "222222222222")}, id="narrowed-to-an-account"),
        pytest.param("*", {"StringLike": {"aws:PrincipalArn": "*"}}, {(Clue.EVERYONE, "anyone")}, id="narrowed-by-a-bare-star-is-not-narrowed"),
        pytest.param("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, {(Clue.EVERYONE, "anyone")}, id="if-exists-does-not-narrow"),
        pytest.param("*", {"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}, {(Clue.EVERYONE, "anyone")}, id="not-equals-does-not-narrow"),
        pytest.param("*", {"StringEquals": {"sts:ExternalId": "acme-1"}}, {(Clue.AWS_EXTERNAL_ID, "acme-1")}, id="star-with-external-id"),
        pytest.param({"Service": "lambda.amazonaws.com"}, {}, {(Clue.AWS_SERVICE, "lambda.amazonaws.com")}, id="service"),
        pytest.param(
            {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}"},
            {"StringLike": {f"{GITHUB}:sub": "repo:nimbus/*"}},
            {(Clue.OIDC, f"https://{GITHUB} repo:nimbus/*")},
            id="oidc",
        ),
        pytest.param(
            {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}"},
            {},
            {(Clue.OIDC, f"https://{GITHUB} *"), (Clue.EVERYONE, f"anyone who has an account at {GITHUB}")},
            id="oidc-without-subject",
        ),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], principal: object, condition: dict[str, Any], clues: set[tuple[Clue, str]]) -> None:
    account = Account()
    account.role("operator", trust(principal) | ({"Condition": condition} if condition else {}))
    (path,) = paths(account)
    assert set(path.clues) == clues
    assert path.detail["conditions"] == condition


def test_service_linked_roles_are_left_out_and_the_end_is_shown(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.writer.write("iam:CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com")
    until = {"DateLessThan": {"aws:CurrentTime": "2027-03-31T00:00:00Z"}}
    account.role("operator", trust({"AWS": "arn:aws:iam::222222222222:root"}, Condition=until))
    (path,) = paths(account)
    assert path.detail["role_name"] == "operator"
    assert path.detail["expires"] == "2027-03-31T00:00:00Z"


@pytest.mark.slow
def test_a_session_begun_before_the_cut_dies_and_the_client_begins_anew(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    bad, good = provider.user("nimbus"), client.user("acme")
    condition = {"StringEquals": {"sts:ExternalId": "acme-1"}}
    role = client.role("operator", trust({"AWS": bad.principal}, "Theirs", Condition=condition), trust({"AWS": good.principal}, "Ours"))
    path = next(path for path in paths(client) if path.holder == bad.principal)
    (how,) = KIND.mints(path)  # type: ignore[attr-defined]
    assert how == {"op": "sts:AssumeRole", "role_arn": role, "external_id": "acme-1"}
    session = client.cloud.mint(client.scope, bad, how)
    assert client.works(session) == Outcome.WORKED
    carry_out(client, path)
    assert client.works(session) == Outcome.REFUSED
    assert client.works(assuming(bad, role, external_id="acme-1")) == Outcome.REFUSED
    assert client.works(good) == Outcome.WORKED
    time.sleep(5.5)  # the cut reaches 4 s and the rest of a second into the future, over IAM's own lag
    assert client.works(assuming(good, role)) == Outcome.WORKED
    assert client.works(session) == Outcome.REFUSED


def test_without_the_deny_the_session_would_live(lab_env: Mapping[str, str]) -> None:
    """The positive control of the test above: editing the trust ends no session."""
    client, provider = Account(), Account()
    bad = provider.user("nimbus")
    role = client.role("operator", trust({"AWS": bad.principal}))
    session = client.cloud.mint(client.scope, bad, {"op": "sts:AssumeRole", "role_arn": role})
    nobody = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}'
    client.writer.write("iam:UpdateAssumeRolePolicy", RoleName="operator", PolicyDocument=nobody)
    assert client.works(assuming(bad, role)) == Outcome.REFUSED
    assert client.works(session) == Outcome.WORKED


def test_the_last_principal_leaves_a_trust_in_nobody_and_undo_brings_it_back(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    bad = provider.user("nimbus")
    role = client.role("operator", trust({"AWS": bad.principal}))
    began = document(client, "operator")
    (path,) = paths(client)
    before = carry_out(client, path)
    assert [statement["Effect"] for statement in document(client, "operator")["Statement"]] == ["Deny"]
    assert paths(client) == []
    assert KIND.probe(client.writer, path) is Verdict.GONE
    list(KIND.undo(client.writer, path, Verb.DISABLE, before))
    assert document(client, "operator") == began
    assert client.works(assuming(bad, role)) == Outcome.WORKED


def test_two_paths_of_one_role_do_not_see_each_other(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.role("operator", trust({"AWS": ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"]}))
    one, two = sorted(paths(account), key=lambda path: path.holder)
    image = images.digest(KIND.image(account.writer, two))
    first = carry_out(account, one)
    assert images.digest(KIND.image(account.writer, two)) == image
    carry_out(account, two)
    list(KIND.undo(account.writer, one, Verb.DISABLE, first))
    assert KIND.probe(account.writer, one) is Verdict.ALIVE
    assert KIND.probe(account.writer, two) is Verdict.GONE
    assert [path.holder for path in paths(account)] == [one.holder]


def test_trust_taken_away_by_hand_leaves_sessions_so_it_is_not_gone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.role("operator", trust({"AWS": "arn:aws:iam::222222222222:root"}), trust({"AWS": account.user("acme").principal}, "Ours"))
    path = next(path for path in paths(account) if "222222222222" in path.holder)
    before = carry_out(account, path)
    names = [str(item["PolicyNames"]) for item in account.writer.read("iam:ListRolePolicies", RoleName="operator")]
    cuts = [name for name in names if name.startswith("HandoffRevokeOlderSessions")]
    assert len(cuts) == 1
    assert KIND.probe(account.writer, path) is Verdict.GONE
    account.writer.write("iam:DeleteRolePolicy", RoleName="operator", PolicyName=cuts[0])
    assert KIND.probe(account.writer, path) is Verdict.DISABLED
    assert before["statements"]


@pytest.mark.parametrize(
    ("tags", "others", "deleted"),
    [
        pytest.param({"handoff:grant": "operate"}, (), True, id="the-provider's-own-role"),
        pytest.param({"handoff:grant": "operate"}, ("arn:aws:iam::333333333333:root",), False, id="somebody-else-is-trusted"),
        pytest.param({}, (), False, id="not-tagged"),
    ],
)
def test_only_the_providers_own_role_is_deleted(lab_env: Mapping[str, str], tags: dict[str, str], others: tuple[str, ...], deleted: bool) -> None:
    account = Account()
    arn = "arn:aws:iam::222222222222:root"
    account.role("operator", trust({"AWS": arn}), *(trust({"AWS": other}, "Other") for other in others), tags=tags)
    account.writer.write("iam:AttachRolePolicy", RoleName="operator", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    path = next(path for path in paths(account) if path.holder == arn)
    assert [step.verb for step in KIND.steps(path)] == ([Verb.DISABLE, Verb.DELETE] if tags else [Verb.DISABLE])
    carry_out(account, path)
    assert KIND.probe(account.writer, path) is (Verdict.DISABLED if deleted else Verdict.GONE)
    for step in KIND.steps(path)[1:]:
        carry_out(account, path, step.verb)
        list(KIND.do(account.writer, path, step.verb, {}, datetime.now(UTC)))
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert (account.writer.get("iam:GetRole", RoleName="operator") is None) is deleted


def test_a_saml_provider_is_told_by_its_entity(lab_env: Mapping[str, str]) -> None:
    account = Account()
    entity = "https://idp.nimbus.example/saml"
    metadata = f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"><IDPSSODescriptor/></EntityDescriptor><!--{"x" * 1000}-->'
    _, made = account.writer.write_for("iam:CreateSAMLProvider", Name="nimbus", SAMLMetadataDocument=metadata)
    account.role("federated", {**trust({"Federated": str(made["SAMLProviderArn"])}), "Action": "sts:AssumeRoleWithSAML"})
    (path,) = [path for path in paths(account) if path.detail["role_name"] == "federated"]
    assert (Clue.SAML, entity) in path.clues
