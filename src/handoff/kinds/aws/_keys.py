"""KMS keys that are the customer's: those that no alias of AWS's own points to.

An AWS-managed key always has an alias `alias/aws/SERVICE`, so one listing of aliases replaces one call for each key. A key that were missed
here would be listed too often, never too seldom.
source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key (read 2026-11-22)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Reader

READS = frozenset({"kms:ListAliases", "kms:ListKeys"})

_AWS = "alias/aws/"


def customer_keys(reader: Reader) -> Iterator[str]:
    """ARNs of the keys of the region that the customer manages."""
    managed = {alias.get("TargetKeyId") for alias in reader.read("kms:ListAliases", Limit=100) if str(alias["AliasName"]).startswith(_AWS)}
    for key in reader.read("kms:ListKeys", Limit=1000):
        if key["KeyId"] not in managed:
            yield str(key["KeyArn"])
