from __future__ import annotations

from typing import Any


def test_log_group(make: Any, ctx: Any) -> None:
    make("aws:cloudwatch/logGroup:LogGroup", name="same-beginning-and-more")
    group = make("aws:cloudwatch/logGroup:LogGroup", name="same-beginning", retentionInDays=30, tags={"a": "1"})
    assert group.imported() == {}
    group.update({"name": "same-beginning", "retentionInDays": 90, "tags": {"b": "2"}})
    ctx.aws("logs").delete_retention_policy(logGroupName="same-beginning")
    assert not group.changed()["retentionInDays"]
    group.delete()
