from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff import canonical
from handoff.kinds.aws.service_credential import KIND
from tests.kinds.aws._account import Account


def create(account: Account, user: str, service: str = "codecommit.amazonaws.com") -> tuple[str, str]:
    """Id and password."""
    _, answer = account.writer.write_for("iam:CreateServiceSpecificCredential", UserName=user, ServiceName=service)
    made: Any = answer["ServiceSpecificCredential"]
    return str(made["ServiceSpecificCredentialId"]), str(made["ServicePassword"])


class Seed:
    """The lab has no CodeCommit, Keyspaces or Bedrock that takes such a password, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.user("nimbus", may=[])
        account.user("acme", may=[])
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=create(account, "nimbus")[0],
            bystander_id=create(account, "acme")[0],
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListServiceSpecificCredentials"),
        )


SEED = Seed()


@pytest.mark.parametrize("service", ["codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"])
def test_every_service_is_seen_and_no_password_is_kept(lab_env: Mapping[str, str], service: str) -> None:
    account = Account()
    account.user("nimbus", may=[])
    id_, password = create(account, "nimbus", service)
    (path,) = KIND.discover(account.writer)
    assert (path.id, path.detail["service"]) == (id_, service)
    kept = canonical.encode(path).decode() + str(KIND.image(account.writer, path))
    assert id_ in kept
    assert password not in kept
