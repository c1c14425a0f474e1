from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.signing_certificate import KIND
from handoff.model import Verb, Verdict
from tests.kinds.aws._account import Account

_BODY = "-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n"


def upload(account: Account, user: str) -> str:
    _, answer = account.writer.write_for("iam:UploadSigningCertificate", UserName=user, CertificateBody=_BODY.format(name=user))
    made: Any = answer["Certificate"]
    return str(made["CertificateId"])


class Seed:
    """The lab has no SOAP interface that takes a certificate, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.user("nimbus", may=[])
        account.user("acme", may=[])
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=upload(account, "nimbus"),
            bystander_id=upload(account, "acme"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListSigningCertificates"),
        )


SEED = Seed()


def test_the_image_holds_no_certificate(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("nimbus", may=[])
    upload(account, "nimbus")
    (path,) = KIND.discover(account.writer)
    image = KIND.image(account.writer, path)
    assert image is not None
    assert image.keys() == {"status", "sha256"}
    assert "BEGIN" not in str(image)


def test_a_user_who_is_gone_takes_it_along(lab_env: Mapping[str, str]) -> None:
    account = Account()
    key = account.user("nimbus", may=[])
    upload(account, "nimbus")
    (path,) = KIND.discover(account.writer)
    assert KIND.probe(account.writer, path) is Verdict.ALIVE
    account.writer.write("iam:DeleteAccessKey", UserName="nimbus", AccessKeyId=key.material["access_key_id"])
    account.writer.write("iam:DeleteUser", UserName="nimbus")
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert list(KIND.do(account.writer, path, Verb.DISABLE, {}, datetime.now(UTC))) == []
