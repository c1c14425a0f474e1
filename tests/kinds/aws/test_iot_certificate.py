from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.iot_certificate import KIND
from handoff.model import Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def certificate(account: Account, *, active: bool = True) -> str:
    made: Any = account.regional.write_for("iot:CreateKeysAndCertificate", setAsActive=active)[1]
    return str(made["certificateArn"])


class Seed:
    """Nothing is tried: devices connect over MQTT with a certificate, which is no call of AWS's API."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(KIND, account, certificate(account), certificate(account), denied="iot:ListCertificates")


SEED = Seed()


def test_one_that_is_inactive_lets_nobody_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    certificate(account, active=False)
    assert found(KIND, account) == []
    path = one(KIND, account, certificate(account))
    before = cut(KIND, account, path)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert found(KIND, account) == []
    undo(KIND, account, path, before)
