from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.iot_policy import KIND
from handoff.model import AccessPath, Clue, Verb, Verdict
from tests.kinds.aws._account import Account, document

CONNECT = {"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"], "Resource": "*"}


def certificate(account: Account) -> str:
    return str(account.regional.write_for("iot:CreateKeysAndCertificate", setAsActive=True)[1]["certificateArn"])


def policy(account: Account, name: str, *statements: dict[str, Any]) -> None:
    account.regional.write("iot:CreatePolicy", policyName=name, policyDocument=document(*statements))


def attach(account: Account, name: str, target: str) -> None:
    account.regional.write("iot:AttachPolicy", policyName=name, target=target)


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.holder: path for path in KIND.discover(account.regional)}


class Seed:
    """A device signs in with its certificate over TLS, which no operation of the SDK does, so no try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        policy(account, "gateway", CONNECT)
        bad, good = certificate(account), certificate(account)
        for target in (bad, good):
            attach(account, "gateway", target)
        found = paths(account)
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=found[bad].id,
            bystander_id=found[good].id,
            tried=None,
            bystander_tried=None,
            denied=account.denied("iot:ListTargetsForPolicy"),
        )


SEED = Seed()


def test_the_client_is_not_taken_for_the_holder_because_the_certificate_is_registered_with_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    policy(account, "gateway", CONNECT)
    target = certificate(account)
    attach(account, "gateway", target)
    path = paths(account)[target]
    assert path.clues == ((Clue.AWS_ARN, target),)
    assert path.allows == "be let in by IoT policy gateway (iot:Connect, iot:Publish)"


def test_a_policy_that_allows_nothing_is_no_way_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    policy(account, "quarantine", {**CONNECT, "Effect": "Deny"})
    policy(account, "gateway", CONNECT)
    target = certificate(account)
    attach(account, "quarantine", target)
    assert paths(account) == {}
    attach(account, "gateway", target)
    assert list(paths(account)) == [target]


def test_only_this_attachment_goes(lab_env: Mapping[str, str]) -> None:
    account = Account()
    target = certificate(account)
    for name in ("gateway", "meter"):
        policy(account, name, CONNECT)
        attach(account, name, target)
    one, two = KIND.discover(account.regional)
    before = KIND.image(account.regional, one)
    assert before is not None
    list(KIND.do(account.regional, one, Verb.DISABLE, before, datetime.now(UTC)))
    assert [KIND.probe(account.regional, path) for path in (one, two)] == [Verdict.GONE, Verdict.ALIVE]
    account.regional.write("iot:DeletePolicy", policyName=str(one.detail["params"]["policyName"]))  # type: ignore[index]
    assert KIND.probe(account.regional, one) is Verdict.GONE
