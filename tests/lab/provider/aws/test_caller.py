from __future__ import annotations

from typing import Any

from handoff.lab.provider.aws.caller import INVOKES


def test_who_and_where(ctx: Any) -> None:
    assert INVOKES["aws:index/getCallerIdentity:getCallerIdentity"](ctx, {})["accountId"] == "111111111111"
    assert INVOKES["aws:index/getRegion:getRegion"](ctx, {})["name"] == "eu-west-1"
    assert INVOKES["aws:index/getRegion:getRegion"](ctx, {"region": "eu-central-1"})["name"] == "eu-central-1"
