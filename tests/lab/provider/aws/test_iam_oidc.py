from __future__ import annotations

from typing import Any


def test_provider(make: Any) -> None:
    provider = make(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        url="https://token.example",
        clientIdLists=["sts", "b"],
        thumbprintLists=["a" * 40],
        tags={"a": "1"},
    )
    assert provider.imported() == {}
    same = {"url": "https://token.example", "thumbprintLists": ["a" * 40]}
    provider.update({**same, "clientIdLists": ["sts", "c"], "tags": {"a": "1"}})
    provider.update({**same, "clientIdLists": ["sts", "c"], "tags": {"a": "2"}})
    assert provider.replaces({**provider.inputs, "url": "https://other.example"}) == {"url"}
    provider.delete()
