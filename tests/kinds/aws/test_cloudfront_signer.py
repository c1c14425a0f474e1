from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.cloudfront_signer import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo

_ALL = {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0, "ViewerProtocolPolicy": "https-only", "TargetOriginId": "films"}


def signed(*signers: str) -> dict[str, Any]:
    return {**_ALL, "TrustedSigners": {"Enabled": bool(signers), "Quantity": len(signers), **({"Items": list(signers)} if signers else {})}}


def distribution(account: Account, default: dict[str, Any], **behaviours: dict[str, Any]) -> str:
    origin = {"Id": "films", "DomainName": "films.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    others = [{"PathPattern": pattern, **one} for pattern, one in behaviours.items()]
    given = {
        "CallerReference": account.id,
        "Comment": "films",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": default,
        **({"CacheBehaviors": {"Quantity": len(others), "Items": others}} if others else {}),
    }
    answer: Any = account.writer.write_for("cloudfront:CreateDistribution", DistributionConfig=given)[1]
    return str(answer["Distribution"]["Id"])


def signers(account: Account, name: str) -> dict[str, list[str]]:
    """Of each behaviour."""
    answer: Any = account.writer.get("cloudfront:GetDistributionConfig", Id=name)
    config = answer["DistributionConfig"]
    listed = [("*", config["DefaultCacheBehavior"]), *((one["PathPattern"], one) for one in (config.get("CacheBehaviors") or {}).get("Items") or [])]
    assert all(one["TrustedSigners"]["Enabled"] == bool(one["TrustedSigners"].get("Items")) for _, one in listed)
    return {pattern: sorted(one["TrustedSigners"].get("Items") or []) for pattern, one in listed}


class Seed:
    """Nothing is tried: the lab serves no content through CloudFront."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        distribution(account, signed("self", CUT, KEPT))
        return seeded(KIND, account, f"#{CUT}", f"#{KEPT}", denied="cloudfront:ListDistributions")


SEED = Seed()


def test_private_content_stays_private_and_every_behaviour_gets_back_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = distribution(account, signed(CUT), one=signed("self", CUT), two=signed(KEPT), open=signed())
    before = signers(account, name)
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    image = cut(KIND, account, path)
    assert signers(account, name) == {"*": ["self"], "one": ["self"], "two": [KEPT], "open": []}
    undo(KIND, account, path, image)
    assert signers(account, name) == before


def test_the_account_itself_is_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    distribution(account, signed("self"))
    assert found(KIND, account) == []
