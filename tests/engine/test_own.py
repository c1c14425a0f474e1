"""Which ways in feed the operator: itself, its keys and groups, the role it works as, and what may have let it into that."""

from __future__ import annotations

import pytest

from handoff.engine import own
from handoff.model import AccessPath, Clue, KindId, Scope, ScopeType

SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
ARN = "arn:aws:iam::111111111111"
KINDS = {name: KindId(f"aws.{name}") for name in ("iam_access_key", "role_trust", "oidc_provider", "group", "s3_bucket_policy")}


def path(kind: str, holder: str, id_: str, *clues: tuple[Clue, str], **detail: object) -> AccessPath:
    return AccessPath(kind=KINDS[kind], id=id_, scope=SCOPE, holder=holder, allows="x", clues=clues, detail=detail)


def key(user: str) -> AccessPath:
    return path("iam_access_key", f"{ARN}:user/{user}", f"AKIA{user}", user_name=user)


def trust(role: str, principal: str) -> AccessPath:
    return path("role_trust", principal, f"AROA{role}#m#{principal}", (Clue.AWS_ARN, principal), role_name=role, role_arn=f"{ARN}:role/{role}")


PROVIDER = "arn:aws:iam::222222222222:root"


def of(operator: str, *paths: AccessPath) -> list[str]:
    return [one.id for one in paths if own.recognise([operator], paths).feeds(one)]


def test_a_user_owns_its_keys_and_what_it_holds() -> None:
    held = path("s3_bucket_policy", f"{ARN}:user/ops", "arn:aws:s3:::b#m#AWS:x")
    assert of(f"{ARN}:user/ops", key("ops"), key("hidden"), held) == ["AKIAops", held.id]
    assert of(f"{ARN}:user/team/OPS", key("ops")) == ["AKIAops"], "IAM's own path and case do not matter"


def test_a_session_owns_its_role_and_every_trust_that_may_have_let_it_in() -> None:
    session = "arn:aws:sts::111111111111:assumed-role/deploy/handoff"
    own_trust, other = trust("deploy", PROVIDER), trust("support", PROVIDER)
    assert of(session, own_trust, other) == [own_trust.id], "that the same account is trusted elsewhere says nothing"


def test_a_chain_is_followed_to_its_beginning_and_a_cycle_ends() -> None:
    session = "arn:aws:sts::111111111111:assumed-role/last/handoff"
    chain = [trust("last", f"{ARN}:role/middle"), trust("middle", f"{ARN}:user/ops"), trust("middle", f"{ARN}:role/last"), key("ops"), key("hidden")]
    assert of(session, *chain) == [one.id for one in chain[:4]]


def test_a_federation_that_lets_the_operator_in_is_its_own_but_not_all_that_it_lets_in() -> None:
    issuer = f"{ARN}:oidc-provider/token.example.com"
    session = "arn:aws:sts::111111111111:assumed-role/ci/handoff"
    provider = path("oidc_provider", issuer, issuer, arn=issuer)
    assert of(session, trust("ci", issuer), provider, trust("other", issuer)) == [trust("ci", issuer).id, issuer]


def test_a_group_that_the_operator_is_in_is_its_own() -> None:
    member = path("group", f"{ARN}:user/ops", f"{ARN}:group/admins#ops", user_name="ops", group_name="admins")
    rights = path("s3_bucket_policy", f"{ARN}:group/admins", f"{ARN}:group/admins#inline")
    assert of(f"{ARN}:user/ops", member, rights) == [member.id, rights.id]
    assert of(f"{ARN}:user/other", member, rights) == []


@pytest.mark.parametrize("clue", [Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER])
def test_on_other_clouds_the_holder_decides(clue: Clue) -> None:
    there = AccessPath(
        kind=KindId("x"), id="1", scope=Scope(type=ScopeType.GCP_PROJECT, id="p"), holder="x", allows="y", clues=((clue, "serviceAccount:OPS@p"),)
    )
    assert own.recognise(["serviceAccount:ops@p"], [there]).feeds(there)
    assert not own.recognise(["serviceAccount:other@p"], [there]).feeds(there)
