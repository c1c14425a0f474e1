from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.rolesanywhere_trust_anchor import KIND
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.aws import _anywhere
from tests.kinds.aws._account import Account


class Seed:
    """The lab gives no sessions for certificates. The try is a session of a role that the profile offers, minted by the same trust; others' die with it."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        _anywhere.profile(account, "machines", _anywhere.role(account, "machine"))
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=_anywhere.anchor(account, "nimbus"),
            bystander_id=_anywhere.anchor(account, "acme"),
            tried=(account.scope, _anywhere.session(account, "machine"), "iam:ListUsers", {}),
            bystander_tried=None,
            denied=account.denied("rolesanywhere:ListTrustAnchors"),
        )


SEED = Seed()


def path_of(account: Account, arn: str) -> AccessPath:
    return next(path for path in KIND.discover(account.regional) if path.id == arn)


def test_killed_between_anchor_and_sessions_it_finishes(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _anywhere.profile(account, "machines", _anywhere.role(account, "machine"))
    path = path_of(account, _anywhere.anchor(account, "nimbus"))
    session = _anywhere.session(account, "machine")
    before = KIND.image(account.regional, path)
    assert before is not None
    next(iter(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC))))
    assert account.works(session) == Outcome.WORKED
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert account.works(session) == Outcome.REFUSED
    assert KIND.probe(account.regional, path) is Verdict.DISABLED


def test_two_anchors_do_not_see_each_others_cuts(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _anywhere.profile(account, "machines", _anywhere.role(account, "machine"))
    one, two = (path_of(account, _anywhere.anchor(account, name)) for name in ("nimbus", "acme"))
    image = KIND.image(account.regional, two)
    before = KIND.image(account.regional, one)
    assert before is not None
    list(KIND.do(account.regional, one, Verb.DISABLE, before, datetime.now(UTC)))
    assert KIND.image(account.regional, two) == image
    list(KIND.undo(account.regional, one, Verb.DISABLE, before))
    assert KIND.image(account.regional, one) == before


@pytest.mark.parametrize(
    ("source", "clue"),
    [
        pytest.param(
            {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "arn:aws:acm-pca:eu-west-1:222222222222:certificate-authority/1"}},
            (Clue.AWS_ACCOUNT, "222222222222"),
            id="private-ca-of-an-account",
        ),
        pytest.param(
            {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": _anywhere.authority("nimbus", "pki@nimbus.example")}},
            (Clue.EMAIL, "pki@nimbus.example"),
            id="mail-in-the-subject",
        ),
        pytest.param({"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "no certificate"}}, (Clue.NAME, "odd"), id="unreadable"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], source: dict[str, Any], clue: tuple[Clue, str]) -> None:
    account = Account()
    account.regional.write("rolesanywhere:CreateTrustAnchor", name="odd", source=source, enabled=True)
    (path,) = KIND.discover(account.regional)
    assert clue in path.clues
