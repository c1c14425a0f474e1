"""Accounts of vendors that many estates let in: third parties that are neither the provider's nor the client's, unless the spec says so.

The list is a convenience and no verdict: what the spec names beats it. source: https://github.com/fwdcloudsec/known_aws_accounts (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One owner of well-known accounts."""

    name: str
    of_the_cloud: bool
    """True for accounts that are AWS's own (log delivery, images): a cloud service, not a third party."""


@cache
def aws() -> Mapping[str, Vendor]:
    """Vendors by AWS account id. An account that the list gives to two names has both, joined by `or`."""
    body = json.loads(resources.files(__name__).joinpath("aws.json").read_text(encoding="utf-8"))
    found: dict[str, Vendor] = {}
    for one in body["vendors"]:
        for account in one["accounts"]:
            other = found.get(account)
            name = one["name"] if other is None else f"{other.name} or {one['name']}"
            found[account] = Vendor(name=name, of_the_cloud=bool(one.get("of_the_cloud")) and (other is None or other.of_the_cloud))
    return found
