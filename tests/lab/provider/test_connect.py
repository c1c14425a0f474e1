from __future__ import annotations

from typing import Any

import pytest

from handoff.lab import identities
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.record import EmulatorError


def test_the_programs_settings_win_over_the_environment() -> None:
    environ = {"AWS_REGION": "eu-west-1", "AZURE_TENANT_ID": "t", "GOOGLE_CLOUD_PROJECT": "p", "ARM_SUBSCRIPTION_ID": "s"}
    ambient, explicit = Connections({}, environ), Connections({"region": "r", "tenantId": "u", "project": "q", "subscriptionId": "z"}, environ)
    assert (ambient.region, ambient.tenant, ambient.project, ambient.subscription) == ("eu-west-1", "t", "p", "s")
    assert (explicit.region, explicit.tenant, explicit.project, explicit.subscription) == ("r", "u", "q", "z")
    assert Connections({}, {}).subscription == identities.SUBSCRIPTION


@pytest.mark.parametrize("name", ["region", "tenant", "project", "azure", "graph", "blob", "vault", "gcp"])
def test_what_is_not_configured_is_named(name: str) -> None:
    with pytest.raises(EmulatorError, match=r"is not set for the lab's providers.*handoff lab up"):
        getattr(Connections({}, {}), name)


def test_missing_credentials_file_is_named() -> None:
    connections = Connections({}, {"HANDOFF_GCP_URL": "http://127.0.0.1:1", "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere/key.json"})
    with pytest.raises(EmulatorError, match=r"CredentialsRefused: /nowhere/key\.json"):
        connections.gcp.find("/v3/projects/p")


def test_clients_are_shared() -> None:
    connections = Connections({"region": "eu-west-1", "accessKey": "a", "secretKey": "b"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert connections.aws("sts") is connections.aws("sts", "eu-west-1")
    assert connections.aws("sts") is not connections.aws("sts", "eu-central-1")


def _account(connections: Any) -> str:
    return str(connections.aws("sts").get_caller_identity()["Account"])


@pytest.mark.slow
def test_allowed_accounts(lab: Any, lab_env: Any) -> None:
    own, other = identities.CLIENT_AWS_ACCOUNT, "444444444444"
    assert _account(Connections({"allowedAccountIds": [own, other]})) == own
    assert _account(Connections({"allowedAccountIds": [other]})) == other, "the lab lets a program work as the root of another account"
    with pytest.raises(EmulatorError, match="AccountNotAllowed"):
        _account(Connections({"allowedAccountIds": [other], "profile": identities.ADMIN}))
