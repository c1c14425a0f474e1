from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.client_vpn import KIND
from handoff.model import Clue, Json, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

SAML = "arn:aws:iam::111111111111:saml-provider/nimbus"
CERTIFICATE: Json = {
    "Type": "certificate-authentication",
    "MutualAuthentication": {"ClientRootCertificateChainArn": "arn:aws:acm:eu-west-1:111111111111:certificate/1"},
}
FEDERATED: Json = {"Type": "federated-authentication", "FederatedAuthentication": {"SAMLProviderArn": SAML}}


def endpoint(account: Account, option: Json) -> str:
    params = {"ServerCertificateArn": "arn:aws:acm:eu-west-1:111111111111:certificate/2", "ConnectionLogOptions": {"Enabled": False}}
    return str(made(account, "ec2:CreateClientVpnEndpoint", "ClientVpnEndpointId", AuthenticationOptions=[option], ClientCidrBlock="10.9.0.0/16", **params))


def rule(account: Account, name: str, cidr: str = "10.0.0.0/16", group: str = "", **more: object) -> str:
    who: Json = {"AccessGroupId": group} if group else {"AuthorizeAllGroups": True}
    account.regional.write("ec2:AuthorizeClientVpnIngress", ClientVpnEndpointId=name, TargetNetworkCidr=cidr, **who, **more)
    return f"{name}#{cidr}#{group or '*'}"


class Seed:
    """Nothing is tried: what goes through a tunnel are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        name = endpoint(account, FEDERATED)
        return seeded(account, rule(account, name, group="nimbus"), rule(account, name, group="acme"), denied="ec2:DescribeClientVpnAuthorizationRules")


SEED = Seed()


@pytest.mark.parametrize(
    ("option", "clue"),
    [
        pytest.param(CERTIFICATE, Clue.SHARED_SECRET, id="certificates-may-be-anybody's"),
        pytest.param(FEDERATED, Clue.AWS_ARN, id="a-provider-of-identities-says-who"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], option: Json, clue: Clue) -> None:
    account = Account()
    path = path_of(KIND, account, rule(account, endpoint(account, option)))
    assert [kind for kind, _ in path.clues] == [clue]
    assert path.holder.startswith("everyone who can sign in")


def test_undo_gives_back_the_rule_as_it_was(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = endpoint(account, FEDERATED)
    everyone = rule(account, name)
    path = path_of(KIND, account, rule(account, name, group="nimbus", Description="for dev@nimbus.example"))
    assert (Clue.EMAIL, "dev@nimbus.example") in path.clues
    before = cut(KIND, account, path)
    assert paths(KIND, account).keys() == {everyone}
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before == {"description": "for dev@nimbus.example"}


def test_everyones_rule_is_revoked_and_authorized_for_everyone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, rule(account, endpoint(account, CERTIFICATE)))
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert paths(KIND, account).keys() == {path.id}
