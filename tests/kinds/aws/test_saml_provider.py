from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.saml_provider import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account


def metadata(entity: str) -> str:
    body = f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"><IDPSSODescriptor/></EntityDescriptor>'
    return body + "<!--" + "x" * 1000 + "-->"


def register(account: Account, name: str, entity: str) -> str:
    """Its path's id."""
    account.writer.write("iam:CreateSAMLProvider", Name=name, SAMLMetadataDocument=metadata(entity))
    return next(path.id for path in KIND.discover(account.writer) if str(path.detail["arn"]).endswith(f"/{name}"))


class Seed:
    """The lab does not look at assertions, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=register(account, "nimbus", "https://idp.nimbus.example/saml"),
            bystander_id=register(account, "acme", "https://idp.acme.example/saml"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListSAMLProviders"),
        )


SEED = Seed()


def test_the_entity_tells_whose_it_is_and_no_metadata_is_kept(lab_env: Mapping[str, str]) -> None:
    account = Account()
    register(account, "nimbus", "https://idp.nimbus.example/saml")
    (path,) = KIND.discover(account.writer)
    assert (Clue.SAML, "https://idp.nimbus.example/saml") in path.clues
    assert "EntityDescriptor" not in str(KIND.image(account.writer, path))


def test_identity_centers_own_is_the_services(lab_env: Mapping[str, str]) -> None:
    account = Account()
    register(account, "AWSSSO_0123456789abcdef_DO_NOT_DELETE", "https://portal.sso.eu-west-1.amazonaws.com/saml")
    (path,) = KIND.discover(account.writer)
    assert (Clue.AWS_SERVICE, "sso.amazonaws.com") in path.clues
    assert not any(clue is Clue.SAML for clue, _ in path.clues)
