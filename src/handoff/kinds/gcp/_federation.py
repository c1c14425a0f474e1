"""Who may sign in through a provider of a workload identity pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.model import Json

POOLS = "iam.projects.locations.workloadIdentityPools.list"
PROVIDERS = "iam.projects.locations.workloadIdentityPools.providers.list"
_EXACT = re.compile(r"assertion\.sub\s*==\s*(['\"])(?P<value>.*?)\1")
_PREFIX = re.compile(r"assertion\.sub\.startsWith\(\s*(['\"])(?P<value>.*?)\1\s*\)")


def holder(provider: Json, *, google_subject: str = "") -> tuple[Clue, str]:
    """The account, SAML provider, or issuer and subject that this provider lets in.

    `google_subject` narrows it to one subject of Google's, where the provider's mapping takes that over from the token unchanged.
    """
    aws = cast("Mapping[str, Any]", provider.get("aws") or {})
    if aws:
        return Clue.AWS_ACCOUNT, str(aws.get("accountId", ""))
    if provider.get("saml"):
        return Clue.SAML, str(provider["name"])
    oidc = cast("Mapping[str, Any]", provider.get("oidc") or {})
    mapping = cast("Mapping[str, Any]", provider.get("attributeMapping") or {})
    is_same = bool(google_subject) and str(mapping.get("google.subject", "")).strip() == "assertion.sub"
    return Clue.OIDC, f"{oidc.get('issuerUri', '')} {google_subject if is_same else subject(str(provider.get('attributeCondition', '')))}"


def subject(condition: str) -> str:
    """The subject pattern that a condition lets in. An `||` could open another door, so then it is anybody."""
    if "||" in condition or "!" in condition.replace("!=", ""):
        return "*"
    exact = _EXACT.search(condition)
    if exact:
        return exact["value"]
    prefix = _PREFIX.search(condition)
    return f"{prefix['value']}*" if prefix else "*"
