"""What administrators keep after a plan, evaluated on a copy of the account: real kinds, no cloud. Each loss stands beside the plan that takes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from handoff import registry
from handoff.engine import order
from handoff.engine.lockout import Loss, refuse_losses
from handoff.engine.plan import Target
from handoff.errors import LockOut
from handoff.model import AccessPath, Party
from handoff.runs.aftermath import of_account
from tests.engine._aws import ACCOUNT, ALL, GLOBAL, REGION, REGIONAL, Aws, Cloud, arn
from tests.engine._simulator import admin

KINDS = registry.kinds("aws")
PROVIDER = "arn:aws:iam::222222222222:root"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k1"


def losses(cloud: Cloud, administrator: str, *kinds: str, of: str = "") -> list[Loss]:
    """What a plan over the paths of these kinds (those that `of` is part of the id or holder of) takes."""
    targets = [Target(path=path, party=Party.PROVIDER, why="told", image="", own=False) for path in paths(cloud, *kinds) if of in path.id or of in path.holder]
    assert targets, "positive control: there is something to cut"
    steps = order.actions(order.arrange(targets, KINDS).targets, KINDS, lambda kind: 0)
    by_key = {target.path.key: target for target in targets}
    aftermath = of_account(ACCOUNT, GLOBAL, lambda scope: Aws(cloud, scope), KINDS, datetime(2026, 11, 22, tzinfo=UTC))
    before = cloud.state()
    found = list(aftermath.losses([admin(administrator)], [(step, by_key[step.path]) for step in steps]))
    assert cloud.state() == before, "nothing is written"
    return found


def paths(cloud: Cloud, *kinds: str) -> list[AccessPath]:
    return [
        path
        for name in kinds
        for kind in [KINDS[f"aws.{name}"]]  # type: ignore[index]
        for path in kind.discover(Aws(cloud, GLOBAL if kind.scope_type == "aws.account" else REGIONAL))
    ]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, action: str = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def test_a_password_that_is_an_administrators_takes_everything_and_the_step_is_named() -> None:
    cloud = Cloud()
    ada = cloud.user("ada", may=ALL, password=True)
    cloud.user("ops", password=True)
    assert losses(cloud, ada, "login_profile", of="ops") == []
    found = losses(cloud, ada, "login_profile")
    assert {"iam:CreateUser", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeactivateMFADevice"} <= {one.action for one in found}
    assert all("aws.login_profile" in one.step for one in found)
    with pytest.raises(LockOut, match=r"user/ada could no longer iam:CreateUser on .* by a0000\d aws\.login_profile"):
        refuse_losses(found)


def test_what_an_administrator_could_not_do_before_is_no_loss() -> None:
    cloud = Cloud()
    ada = cloud.user("ada", may={"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"}]}, password=True)
    assert [one.action for one in losses(cloud, ada, "login_profile")] == ["iam:CreateUser"]


def test_cut_sessions_take_nothing_from_one_who_signs_in_again() -> None:
    cloud = Cloud()
    ada = cloud.user("ada", may=ALL, keys=1)
    assert losses(cloud, ada, "iam_access_key") == [], "the deny is for tokens from before the cut"


def test_a_role_that_only_the_provider_may_become_is_lost_with_it() -> None:
    cloud = Cloud()
    mine = cloud.role("admin", {"AWS": ROOT}, {"AWS": PROVIDER}, may=ALL)
    assert losses(cloud, mine, "role_trust", of=PROVIDER) == []
    found = losses(cloud, mine, "role_trust")
    assert any("be assumed by" in one.action for one in found)
    theirs = cloud.role("other", {"AWS": PROVIDER}, may=ALL)
    assert [one.action for one in losses(cloud, theirs, "role_trust", of="AROAOTHER")] == ["be assumed by anybody: nobody else is trusted"]
    saml = cloud.role("sso", {"AWS": PROVIDER}, may=ALL)
    trust = json.loads(cloud.roles["sso"]["trust"])
    trust["Statement"].append({"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/own"}, "Action": "sts:AssumeRoleWithSAML"})
    cloud.roles["sso"]["trust"] = json.dumps(trust)
    assert losses(cloud, saml, "role_trust", of=PROVIDER) == [] or not [
        one for one in losses(cloud, saml, "role_trust", of="AROASSO") if "anybody" in one.action
    ]


def test_a_deny_in_a_key_policy_that_hits_an_administrator_is_a_loss() -> None:
    cloud = Cloud()
    ada = cloud.user("ada", may=ALL)
    grants = {
        "g1": {"GranteePrincipal": ada, "Operations": ["Decrypt"]},
        "g2": {"GranteePrincipal": "arn:aws:iam::222222222222:role/x", "Operations": ["Decrypt"]},
    }
    cloud.keys[KEY] = {"policy": policy(allow(ROOT)), "grants": grants}
    assert losses(cloud, ada, "kms_grant", of="g2") == []
    assert losses(cloud, ada, "kms_grant", of="g1") == [], "the deny is for Decrypt; changing the policy stays"


def test_the_second_cut_of_one_document_builds_on_the_first() -> None:
    """Each alone leaves somebody who can change the key's policy; both together leave nobody."""
    cloud = Cloud()
    ada, bea = cloud.user("ada", may=ALL), cloud.user("bea", may=ALL)
    cloud.keys[KEY] = {"policy": policy(allow(ada), allow(bea, Sid="second")), "grants": {}}
    assert [one.action for one in losses(cloud, bea, "kms_key_policy", of=arn("user", "bea"))] == ["kms:PutKeyPolicy"]
    assert losses(cloud, bea, "kms_key_policy", of=arn("user", "ada")) == []
    with pytest.raises(LockOut, match="nobody of account"):
        losses(cloud, ada, "kms_key_policy")


def test_a_bucket_policy_less_one_principal_takes_nothing_from_one_who_may_by_identity() -> None:
    cloud = Cloud()
    ada = cloud.user("ada", may=ALL)
    cloud.buckets["b"] = policy(allow(PROVIDER, "s3:GetObject"), allow(ada, "s3:*"))
    assert losses(cloud, ada, "s3_bucket_policy") == []
    weak = cloud.user("weak", may={"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]})
    cloud.buckets["b"] = policy(allow(PROVIDER, "s3:GetObject"), {**allow(weak, "s3:*"), "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]})
    assert losses(cloud, weak, "s3_bucket_policy", of=PROVIDER) == []
