from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.service_access import KIND
from handoff.model import Clue
from tests.kinds.aws import _organization
from tests.kinds.aws._account import Account


def trust(account: Account, service: str) -> str:
    """Its path's id."""
    account.writer.write("organizations:EnableAWSServiceAccess", ServicePrincipal=service)
    return f"{account.id}#{service}"


class Seed:
    """What a trusted service does in the members, the lab does not have; so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=trust(account, "member.org.stacksets.cloudformation.amazonaws.com"),
            bystander_id=trust(account, "config.amazonaws.com"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("organizations:ListAWSServiceAccessForOrganization"),
        )


SEED = Seed()


def test_the_holder_is_the_cloud_itself(lab_env: Mapping[str, str]) -> None:
    account = Account()
    trust(account, "config.amazonaws.com")
    (path,) = KIND.discover(account.writer)
    assert path.clues == ((Clue.AWS_SERVICE, "config.amazonaws.com"),)
    assert list(KIND.discover(_organization.account_of(_organization.member(account, "root@acme.example")).writer)) == []
